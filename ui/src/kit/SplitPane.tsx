import { type ReactNode, useState } from "react";
import { Resizer } from "./Resizer";
import styles from "./SplitPane.module.css";

type Props = {
  label: string;
  orientation: "vertical" | "horizontal";
  first: ReactNode;
  second: ReactNode;
  /** The first part's size at the start, in pixels. */
  initial: number;
  min?: number;
  max?: number;
};

/** Two parts with a bar between them that can be moved. `vertical` sets them side by side. */
export function SplitPane({
  label,
  orientation,
  first,
  second,
  initial,
  min = 120,
  max = 1200,
}: Props) {
  const [size, setSize] = useState(initial);
  const vertical = orientation === "vertical";
  return (
    <div className={styles.split} style={{ flexDirection: vertical ? "row" : "column" }}>
      <div className={styles.part} style={vertical ? { width: size } : { height: size }}>
        {first}
      </div>
      <Resizer
        label={label}
        orientation={orientation}
        size={size}
        min={min}
        max={max}
        side="before"
        onResize={setSize}
      />
      <div className={styles.rest}>{second}</div>
    </div>
  );
}
