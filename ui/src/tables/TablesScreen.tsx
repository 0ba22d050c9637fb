import { FileSpreadsheet, Plus, Table2 } from "lucide-react";
import { useEffect, useState } from "react";
import { importTable, loadTables } from "../actions/tables";
import { Button } from "../kit/Button";
import { DropArea } from "../kit/DropArea";
import { EmptyState } from "../kit/EmptyState";
import { Spinner } from "../kit/Spinner";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import { chooseTableFile } from "./choosing";
import { NewTable } from "./NewTable";
import { Sheet } from "./Sheet";
import { TableList } from "./TableList";
import styles from "./Tables.module.css";

/** The local tables that flows look things up in: their list, and the one that is open. */
export function TablesScreen() {
  const tables = useGantry((state) => state.tables);
  const open = useGantry((state) => state.table);
  const [isNaming, setNaming] = useState(false);
  useEffect(() => void loadTables(), []);
  const buttons = (
    <>
      <Button icon={Plus} variant="primary" onPress={() => setNaming(true)}>
        {t("tables.new")}
      </Button>
      <Button icon={FileSpreadsheet} onPress={() => chooseTableFile("new")}>
        {t("tables.import")}
      </Button>
    </>
  );
  const isFirst = tables !== null && tables.length === 0 && open === null;
  return (
    <DropArea hint={t("tables.drop")} onDrop={(files) => void importEach(files)}>
      {tables === null && <Spinner label={t("tables.loading")} size={20} />}
      {isFirst && (
        <EmptyState icon={Table2} title={t("tables.none")} text={t("tables.noneHint")}>
          {buttons}
        </EmptyState>
      )}
      {tables !== null && !isFirst && (
        <>
          <aside className={styles.side}>
            <h1 className={styles.title}>{t("rail.tables")}</h1>
            <div className={styles.buttons}>{buttons}</div>
            <TableList tables={tables} open={open?.view.name} />
          </aside>
          {open ? (
            <Sheet key={open.view.name} table={open} />
          ) : (
            <EmptyState icon={Table2} title={t("tables.pick")} text={t("tables.pickHint")} />
          )}
        </>
      )}
      {isNaming && <NewTable onClose={() => setNaming(false)} />}
    </DropArea>
  );
}

/** One file after the other, so that each finds the names that the others took. */
function importEach(files: File[]) {
  return files.reduce((last, file) => last.then(() => importTable(file, "new")), Promise.resolve());
}
