import { useRef } from "react";
import { cx } from "./cx";
import styles from "./Resizer.module.css";

type Props = {
  label: string;
  /** Which way the bar stands: `vertical` divides left from right. */
  orientation: "vertical" | "horizontal";
  size: number;
  min: number;
  max: number;
  /** Whether the sized part lies before the bar (left, above) or behind it. */
  side: "before" | "after";
  onResize: (size: number) => void;
};

const STEP = 16;

/** The bar between two parts; it is dragged, or moved with the arrow keys. */
export function Resizer({ label, orientation, size, min, max, side, onResize }: Props) {
  const drag = useRef<{ from: number; size: number } | null>(null);
  const vertical = orientation === "vertical";
  const sign = side === "before" ? 1 : -1;
  const resize = (next: number) => onResize(Math.round(Math.min(max, Math.max(min, next))));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that moves is the ARIA pattern "window splitter", and an <hr> cannot have the focus.
    <div
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={orientation}
      aria-valuenow={size}
      aria-valuemin={min}
      aria-valuemax={max}
      className={cx(styles.bar, vertical ? styles.vertical : styles.horizontal)}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { from: vertical ? event.clientX : event.clientY, size };
      }}
      onPointerMove={(event) => {
        if (!drag.current) return;
        const now = vertical ? event.clientX : event.clientY;
        resize(drag.current.size + sign * (now - drag.current.from));
      }}
      onPointerUp={() => {
        drag.current = null;
      }}
      onKeyDown={(event) => {
        const back = vertical ? "ArrowLeft" : "ArrowUp";
        const on = vertical ? "ArrowRight" : "ArrowDown";
        if (event.key !== back && event.key !== on) return;
        event.preventDefault();
        event.stopPropagation();
        resize(size + sign * (event.key === on ? STEP : -STEP));
      }}
    />
  );
}
