import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { t } from "../words/t";
import { type Column, cellValue, columnsOf, keptColumns } from "./columns";
import type { DataRow } from "./rows";
import { TableHead } from "./TableHead";
import { TableRow } from "./TableRow";
import styles from "./TableView.module.css";
import { ValuePopover } from "./ValuePopover";

type Props = {
  rows: readonly DataRow[];
  /** The index of the selected item. */
  selected: number;
  onSelect: (index: number) => void;
  /** Says which items are in view. */
  onNeed: (first: number, last: number) => void;
};

const ROW = 28;
const GUTTER = 44;

type Opened = { anchor: Element; value: unknown; title: string };

/** Items as a table: only the cells in view are drawn, in both directions. */
export function TableView({ rows, selected, onSelect, onNeed }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const before = useRef<readonly Column[]>([]);
  const columns = useMemo(() => {
    const values = rows.filter((row) => row.isLoaded).map((row) => row.value);
    before.current = keptColumns(before.current, columnsOf(values));
    return before.current;
  }, [rows]);
  const [widths, setWidths] = useState<ReadonlyMap<string, number>>(new Map());
  const [column, setColumn] = useState(0);
  const [opened, setOpened] = useState<Opened>();
  const at = rows.findIndex((row) => row.index === selected);

  const down = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 6,
    scrollPaddingStart: ROW,
    initialRect: { width: 400, height: 600 },
  });
  const across = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => widthOf(columns[index], widths),
    overscan: 2,
    paddingStart: GUTTER,
    scrollPaddingStart: GUTTER,
    initialRect: { width: 1200, height: 600 },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the virtualizer keeps sizes until it is told.
  useEffect(() => across.measure(), [widths, columns]);

  const lines = down.getVirtualItems();
  const first = lines[0]?.index ?? 0;
  const last = lines.at(-1)?.index ?? 0;
  useEffect(() => {
    onNeed(rows[first]?.index ?? 0, rows[last]?.index ?? 0);
  }, [onNeed, rows, first, last]);

  const open = useCallback((anchor: Element | null, row: DataRow, shown: Column) => {
    if (anchor === null) return;
    const title = t("data.cellTitle", { column: shown.label, n: row.index + 1 });
    setOpened({ anchor, value: cellValue(row.value, shown), title });
  }, []);
  const pick = useCallback(
    (index: number, at: number) => {
      onSelect(index);
      setColumn(at);
    },
    [onSelect],
  );
  const move = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      const row = Math.min(rows.length - 1, Math.max(0, at + step[0]));
      const next = Math.min(columns.length - 1, Math.max(0, column + step[1]));
      setColumn(next);
      onSelect(rows[row]?.index ?? 0);
      down.scrollToIndex(row);
      across.scrollToIndex(next);
    } else if (event.key === "Enter" && rows[at] !== undefined && columns[column] !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      open(scroller.current?.querySelector("[data-current]") ?? null, rows[at], columns[column]);
    }
  };
  const cells = across.getVirtualItems();
  const isBare = columns.length === 0 && rows.length > 0 && rows.every((row) => row.isLoaded);
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a <table> cannot leave out the cells that are not in view. */}
      <div
        ref={scroller}
        role="grid"
        tabIndex={0}
        aria-label={t("data.table")}
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length}
        className={styles.scroller}
        onKeyDown={move}
      >
        <div
          className={styles.all}
          style={{ width: across.getTotalSize(), height: down.getTotalSize() + ROW }}
        >
          <TableHead
            columns={columns}
            cells={cells}
            onResize={(key, width) => setWidths(new Map([...widths, [key, width]]))}
          />
          {lines.map((line) => {
            const row = rows[line.index];
            const isSelected = row?.index === selected;
            return row === undefined ? null : (
              <TableRow
                key={row.index}
                row={row}
                place={line.index}
                start={line.start + ROW}
                columns={columns}
                cells={cells}
                current={isSelected ? column : undefined}
                onPick={pick}
                onOpen={open}
              />
            );
          })}
        </div>
      </div>
      {isBare && <p className={styles.bare}>{t("data.noFields", { n: rows.length })}</p>}
      {opened !== undefined && <ValuePopover {...opened} onClose={() => setOpened(undefined)} />}
    </>
  );
}

const STEPS: Record<string, [rows: number, columns: number] | undefined> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-15, 0],
  PageDown: [15, 0],
  Home: [0, -10_000],
  End: [0, 10_000],
};

function widthOf(column: Column | undefined, widths: ReadonlyMap<string, number>): number {
  return column === undefined ? 100 : (widths.get(column.key) ?? column.width);
}

/** The places of the columns in view. */
export type CellPlaces = ReturnType<Virtualizer<HTMLDivElement, Element>["getVirtualItems"]>;
