import { Columns3, FileUp, Redo2, Rows3, Trash2, Undo2 } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { deleteTable, editTable, redoTable, undoTable } from "../actions/tables";
import { IconButton } from "../kit/Button";
import { Confirm } from "../kit/Dialog";
import {
  type Area,
  freeName,
  numberedColumns,
  type OpenTable,
  rectOf,
  withColumns,
  withoutRows,
  withRow,
} from "../model/tables";
import { formatCount, formatTime } from "../words/format";
import { t } from "../words/t";
import { chooseTableFile } from "./choosing";
import { SheetGrid } from "./SheetGrid";
import styles from "./Tables.module.css";

const START: Area = { at: { row: 0, column: 0 }, to: { row: 0, column: 0 } };

/** The open table: what can be done with it, and its cells. */
export function Sheet({ table }: { table: OpenTable }) {
  const { view, unsaved } = table;
  const { saved } = view;
  const [area, setArea] = useState<Area>(START);
  const [isDoomed, setDoomed] = useState(false);
  const addRow = () =>
    editTable(t("tables.label.addRow"), withRow(view, Math.min(area.at.row, view.rows.length)));
  const removeRows = () => {
    editTable(t("tables.label.removeRows"), withoutRows(view, area));
    const at = { ...area.at, row: rectOf(area).top };
    setArea({ at, to: at });
  };
  const addColumn = () => {
    const column = { name: freeName(view.columns), kind: "text" as const };
    const next = [...numberedColumns(view), { column, from: null }];
    editTable(t("tables.label.columns"), withColumns(next));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const isHeld = event.ctrlKey || event.metaKey;
    if (!isHeld || event.target instanceof HTMLInputElement) return;
    const key = event.key.toLowerCase();
    const does =
      key === "z" && !event.shiftKey ? undoTable : key === "y" || key === "z" ? redoTable : null;
    if (does === null) return;
    event.preventDefault();
    void does();
  };
  return (
    <section className={styles.sheet} aria-label={view.name} onKeyDown={onKeyDown}>
      <header className={styles.bar}>
        <h2 className={styles.name} title={view.name}>
          {view.name}
        </h2>
        <IconButton
          label={saved.undo ? t("tables.undoWhat", { what: saved.undo }) : t("tables.undo")}
          keys="Ctrl+Z"
          icon={Undo2}
          disabled={saved.undo === undefined && unsaved.length === 0}
          onPress={() => void undoTable()}
        />
        <IconButton
          label={saved.redo ? t("tables.redoWhat", { what: saved.redo }) : t("tables.redo")}
          keys="Ctrl+Y"
          icon={Redo2}
          disabled={saved.redo === undefined}
          onPress={() => void redoTable()}
        />
        <span className={styles.between} />
        <IconButton label={t("tables.addRow")} icon={Rows3} onPress={addRow} />
        <IconButton label={t("tables.addColumn")} icon={Columns3} onPress={addColumn} />
        <IconButton
          label={t("tables.replace")}
          icon={FileUp}
          onPress={() => chooseTableFile("open")}
        />
        <IconButton label={t("tables.delete")} icon={Trash2} onPress={() => setDoomed(true)} />
        <span className={styles.state} aria-live="polite">
          {unsaved.length > 0
            ? t("tables.saving")
            : t("tables.saved", { time: formatTime(saved.at) })}
        </span>
      </header>
      <SheetGrid view={view} area={area} onArea={setArea} onRemoveRows={removeRows} />
      <footer className={styles.foot}>
        <span>
          {t("tables.rows", { n: view.rows.length, count: formatCount(view.rows.length) })}
        </span>
        <span className={styles.hint}>{t("tables.hint")}</span>
      </footer>
      {isDoomed && (
        <Confirm
          title={t("tables.deleteTitle", { name: view.name })}
          text={t("tables.deleteText", { rows: formatCount(view.rows.length) })}
          confirm={t("tables.delete")}
          cancel={t("tables.cancel")}
          onConfirm={() => void deleteTable(view.name)}
          onClose={() => setDoomed(false)}
        />
      )}
    </section>
  );
}
