import { memo } from "react";
import { cx } from "../kit/cx";
import { type Column, cellValue } from "./columns";
import type { DataRow } from "./rows";
import { TableCell } from "./TableCell";
import type { CellPlaces } from "./TableView";
import styles from "./TableView.module.css";

type Props = {
  row: DataRow;
  /** Its place among the rows that are shown. */
  place: number;
  start: number;
  columns: readonly Column[];
  cells: CellPlaces;
  /** The column of the current cell, in the selected row. */
  current: number | undefined;
  onPick: (index: number, column: number) => void;
  onOpen: (anchor: Element, row: DataRow, column: Column) => void;
};

/** One row; while others scroll by it is not drawn again. */
export const TableRow = memo(function TableRow(props: Props) {
  const { row, place, start, columns, cells, current, onPick, onOpen } = props;
  const isSelected = current !== undefined;
  return (
    // biome-ignore lint/a11y/useSemanticElements: see TableView.
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and moves the current cell.
    <div
      role="row"
      aria-rowindex={place + 2}
      aria-selected={isSelected}
      className={cx(styles.row, isSelected && styles.selected)}
      style={{ transform: `translateY(${start}px)` }}
    >
      <span className={styles.gutter} title={row.lineage}>
        {row.index + 1}
      </span>
      {cells.map((cell) => {
        const shown = columns[cell.index];
        return shown === undefined ? null : (
          <TableCell
            key={shown.key}
            value={cellValue(row.value, shown)}
            isLoaded={row.isLoaded}
            isNumeric={shown.isNumeric}
            isCurrent={cell.index === current}
            start={cell.start}
            width={cell.size}
            onPick={() => onPick(row.index, cell.index)}
            onOpen={(anchor) => onOpen(anchor, row, shown)}
          />
        );
      })}
    </div>
  );
});
