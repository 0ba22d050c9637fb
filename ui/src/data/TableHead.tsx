import { useRef } from "react";
import { t } from "../words/t";
import { signOf, typeWords } from "./cells";
import type { Column } from "./columns";
import type { CellPlaces } from "./TableView";
import styles from "./TableView.module.css";

type Props = {
  columns: readonly Column[];
  cells: CellPlaces;
  onResize: (key: string, width: number) => void;
};

/** The header that stays on top: names, signs of the types, and edges to drag. */
export function TableHead({ columns, cells, onResize }: Props) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see TableView.
    // biome-ignore lint/a11y/useFocusableInteractive: nothing can be done with the header but with the mouse.
    <div role="row" className={styles.header}>
      <span className={styles.gutter}>#</span>
      {cells.map((cell) => {
        const column = columns[cell.index];
        return column === undefined ? null : (
          // biome-ignore lint/a11y/useSemanticElements: see TableView.
          // biome-ignore lint/a11y/useFocusableInteractive: see above.
          <div
            key={column.key}
            role="columnheader"
            className={styles.head}
            style={{ width: cell.size, transform: `translateX(${cell.start}px)` }}
            title={`${column.label}: ${typeWords(column.kinds)}`}
          >
            <span className={styles.sign}>{signOf(column.kinds)}</span>
            <span className={styles.name}>{column.label}</span>
            <Edge
              width={cell.size}
              label={t("data.resize", { column: column.label })}
              onResize={(width) => onResize(column.key, width)}
            />
          </div>
        );
      })}
    </div>
  );
}

const NARROWEST = 48;
const WIDEST = 900;

type EdgeProps = { width: number; label: string; onResize: (width: number) => void };

function Edge({ width, label, onResize }: EdgeProps) {
  const drag = useRef<{ from: number; width: number }>(undefined);
  return (
    <span
      className={styles.edge}
      title={label}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { from: event.clientX, width };
      }}
      onPointerMove={(event) => {
        if (drag.current === undefined) return;
        const next = drag.current.width + event.clientX - drag.current.from;
        onResize(Math.round(Math.min(WIDEST, Math.max(NARROWEST, next))));
      }}
      onPointerUp={() => {
        drag.current = undefined;
      }}
    />
  );
}
