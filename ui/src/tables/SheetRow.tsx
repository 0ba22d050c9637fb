import type { KeyboardEvent, PointerEvent } from "react";
import type { CellKind } from "../bindings/CellKind";
import type { TableView } from "../bindings/TableView";
import { type Area, type Cell, type Place, rectOf, textOfCell } from "../model/tables";
import { t } from "../words/t";
import styles from "./SheetGrid.module.css";

/** The height of a row in pixels. */
export const ROW = 28;

type Props = {
  view: TableView;
  row: number;
  top: number;
  template: string;
  area: Area;
  /** The text that is typed into the cell at the end of the area, in this row. */
  draft: string | undefined;
  onDraft: (text: string) => void;
  onFinish: (press?: KeyboardEvent) => void;
  onCancel: () => void;
  onChoose: (area: Area) => void;
};

/** One row of a sheet; behind the last one, the line in which a new row begins. */
export function SheetRow(props: Props) {
  const { view, row, top, template, area, draft, onDraft, onFinish, onCancel, onChoose } = props;
  const cells = view.rows[row];
  const rect = rectOf(area);
  const isIn = row >= rect.top && row <= rect.bottom;
  const choose = (event: PointerEvent, to: Place, from: Place) => {
    if (event.button !== 0) return;
    onChoose(event.shiftKey ? { at: area.at, to } : { at: from, to });
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: see SheetGrid.
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and moves the chosen cell.
    <div
      role="row"
      aria-rowindex={row + 2}
      aria-label={cells ? t("tables.row", { n: row + 1 }) : t("tables.newRow")}
      className={styles.row}
      style={{ transform: `translateY(${top}px)`, gridTemplateColumns: template }}
    >
      <span
        className={styles.number}
        data-chosen={isIn || undefined}
        onPointerDown={(event) =>
          choose(event, { row, column: view.columns.length - 1 }, { row, column: 0 })
        }
      >
        {cells ? row + 1 : "+"}
      </span>
      {view.columns.map((column, index) => {
        const place = { row, column: index };
        const isAt = area.to.row === row && area.to.column === index;
        const isChosen = isIn && index >= rect.left && index <= rect.right;
        return (
          // biome-ignore lint/a11y/useSemanticElements: see SheetGrid.
          // biome-ignore lint/a11y/useFocusableInteractive: see above.
          <div
            key={column.name}
            id={`cell-${row}-${index}`}
            role="gridcell"
            aria-colindex={index + 1}
            aria-selected={isChosen}
            className={styles.cell}
            data-kind={column.kind}
            data-at={isAt || undefined}
            onPointerDown={(event) => {
              if (!(isAt && draft !== undefined)) choose(event, place, place);
            }}
            onPointerEnter={(event) => {
              if (event.buttons === 1) onChoose({ at: area.at, to: place });
            }}
            onDoubleClick={() => onDraft(textOfCell(cells?.[index]))}
          >
            {isAt && draft !== undefined ? (
              <CellInput
                label={t("tables.cell", { column: column.name, n: row + 1 })}
                draft={draft}
                onDraft={onDraft}
                onFinish={onFinish}
                onCancel={onCancel}
              />
            ) : (
              <CellText cell={cells?.[index]} kind={column.kind} />
            )}
          </div>
        );
      })}
    </div>
  );
}

function CellText({ cell, kind }: { cell: Cell | undefined; kind: CellKind }) {
  if (kind === "bool" && typeof cell === "boolean") return t(cell ? "tables.yes" : "tables.no");
  return textOfCell(cell);
}

type InputProps = Pick<Props, "onDraft" | "onFinish" | "onCancel"> & {
  label: string;
  draft: string;
};

function CellInput({ label, draft, onDraft, onFinish, onCancel }: InputProps) {
  return (
    <input
      // biome-ignore lint/a11y/noAutofocus: the cell was chosen and a key pressed, so typing goes on here.
      autoFocus
      className={styles.input}
      aria-label={label}
      spellCheck={false}
      value={draft}
      onChange={(event) => onDraft(event.target.value)}
      onBlur={() => onFinish()}
      onKeyDown={(event) => {
        if (event.key === "Enter" || event.key === "Tab") onFinish(event);
        else if (event.key === "Escape") onCancel();
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}
