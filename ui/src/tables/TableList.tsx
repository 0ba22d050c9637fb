import { GridList, GridListItem } from "react-aria-components";
import { openTable } from "../actions/tables";
import type { TableSummary } from "../bindings/TableSummary";
import { formatCount } from "../words/format";
import { t } from "../words/t";
import styles from "./Tables.module.css";

type Props = { tables: readonly TableSummary[]; open: string | undefined };

/** The tables by their names. Arrows walk through them, Enter opens one. */
export function TableList({ tables, open }: Props) {
  return (
    <GridList
      className={styles.list ?? ""}
      aria-label={t("tables.list")}
      selectionMode="single"
      selectionBehavior="replace"
      disallowEmptySelection
      selectedKeys={open === undefined ? [] : [open]}
      onSelectionChange={(keys) => {
        const [name] = keys === "all" ? [] : [...keys];
        if (name !== undefined && name !== open) void openTable(String(name));
      }}
    >
      {tables.map((table) => (
        <GridListItem
          key={table.name}
          id={table.name}
          textValue={table.name}
          className={styles.entry ?? ""}
        >
          <span className={styles.entryName} title={table.name}>
            {table.name}
          </span>
          <span className={styles.quiet} title={table.columns.join(", ")}>
            {t("tables.rows", { n: table.rows, count: formatCount(table.rows) })}
            {" · "}
            {t("tables.columns", { n: table.columns.length })}
          </span>
        </GridListItem>
      ))}
    </GridList>
  );
}
