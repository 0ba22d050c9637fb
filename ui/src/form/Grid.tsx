import { ArrowDown, ArrowUp, Ellipsis, Plus, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { Button } from "../kit/Button";
import { Menu, type MenuEntry } from "../kit/Menu";
import { t } from "../words/t";
import styles from "./Grid.module.css";
import {
  type CellPlace,
  cellsOf,
  isBlock,
  type Row,
  withRowAdded,
  withRowMoved,
  withRowRemoved,
} from "./rows";

export type GridColumn = { key: string; label: string; header: ReactNode; width: string };

type Props = {
  label: string;
  rows: Row[];
  columns: GridColumn[];
  readOnly: boolean;
  cell: (row: Row, index: number, column: GridColumn) => ReactNode;
  /** Tells of a row more, less or elsewhere. */
  onRows: (rows: Row[]) => void;
  /** Tells of cells pasted from a spreadsheet. */
  onPaste: (start: CellPlace, block: string[][]) => void;
  /** Further buttons below. */
  children?: ReactNode;
};

const SHOWN_AT_FIRST = 60;

/** A grid of editable cells: rows are added, moved and removed, blocks of cells are pasted. */
export function Grid({ label, rows, columns, readOnly, cell, onRows, onPaste, children }: Props) {
  const [shown, setShown] = useState(SHOWN_AT_FIRST);
  const template = `26px ${columns.map((column) => column.width).join(" ")}${readOnly ? "" : " 26px"}`;
  return (
    <div className={styles.box}>
      <table
        aria-label={label}
        className={styles.grid}
        onPasteCapture={(event) => {
          const text = event.clipboardData.getData("text/plain");
          const start = placeOf(event.target);
          if (readOnly || start === undefined || !isBlock(text)) return;
          event.preventDefault();
          event.stopPropagation();
          onPaste(start, cellsOf(text));
        }}
        onKeyDown={(event) => {
          const steps = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
          const place = placeOf(event.target);
          if (!event.altKey || steps === 0 || place === undefined || readOnly) return;
          event.preventDefault();
          event.stopPropagation();
          onRows(withRowMoved(rows, place.row, steps));
        }}
      >
        <thead className={styles.part}>
          <tr className={styles.header} style={{ gridTemplateColumns: template }}>
            <td className={styles.number} />
            {columns.map((column) => (
              <th key={column.key} scope="col" className={styles.head} title={column.label}>
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className={styles.part}>
          {numbered(rows.slice(0, shown)).map(({ key, row, index }) => (
            <tr key={key} className={styles.line} style={{ gridTemplateColumns: template }}>
              <td className={styles.number}>{index + 1}</td>
              {columns.map((column, at) => (
                <td key={column.key} className={styles.cell} data-row={index} data-column={at}>
                  {cell(row, index, column)}
                </td>
              ))}
              {!readOnly && (
                <td className={styles.cell}>
                  <RowMenu rows={rows} index={index} onRows={onRows} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > shown && (
        <div className={styles.foot}>
          <span className={styles.hint}>{t("form.rows.hidden", { n: rows.length - shown })}</span>
          <Button size="small" onPress={() => setShown(shown + 200)}>
            {t("form.rows.showMore")}
          </Button>
        </div>
      )}
      {!readOnly && (
        <div className={styles.foot}>
          <Button
            size="small"
            variant="quiet"
            icon={Plus}
            onPress={() => onRows(withRowAdded(rows))}
          >
            {t("form.rows.add")}
          </Button>
          {children}
          <span className={styles.hint}>{t("form.rows.pasteHint")}</span>
        </div>
      )}
    </div>
  );
}

function RowMenu({ rows, index, onRows }: Pick<Props, "rows" | "onRows"> & { index: number }) {
  const label = t("form.rows.menu", { n: index + 1 });
  const entries: MenuEntry[] = [
    {
      id: "up",
      label: t("form.rows.up"),
      icon: ArrowUp,
      keys: "Alt+↑",
      disabled: index === 0,
      run: () => onRows(withRowMoved(rows, index, -1)),
    },
    {
      id: "down",
      label: t("form.rows.down"),
      icon: ArrowDown,
      keys: "Alt+↓",
      disabled: index === rows.length - 1,
      run: () => onRows(withRowMoved(rows, index, 1)),
    },
    {
      id: "insert",
      label: t("form.rows.insert"),
      icon: Plus,
      run: () => onRows(withRowAdded(rows, index)),
    },
    "separator",
    {
      id: "remove",
      label: t("form.rows.remove"),
      icon: Trash2,
      danger: true,
      run: () => onRows(withRowRemoved(rows, index)),
    },
  ];
  return (
    <Menu label={label} placement="bottom end" entries={entries}>
      <AriaButton className={styles.menu ?? ""} aria-label={label}>
        <Ellipsis size={14} aria-hidden />
      </AriaButton>
    </Menu>
  );
}

// Rows have no identity of their own in the file, only their place.
function numbered(rows: readonly Row[]): { key: string; row: Row; index: number }[] {
  return rows.map((row, index) => ({ key: `row ${index}`, row, index }));
}

function placeOf(target: EventTarget): CellPlace | undefined {
  const cell = target instanceof Element ? target.closest("[data-row]") : null;
  if (!(cell instanceof HTMLElement)) return undefined;
  return { row: Number(cell.dataset.row), column: Number(cell.dataset.column) };
}
