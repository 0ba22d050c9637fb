import { type ReactNode, useState } from "react";
import styles from "./DropArea.module.css";

type Props = {
  /** What dropping does, shown while files are held over it. */
  hint: string;
  /** Whether what is in it stands in the middle. */
  isCentered?: boolean;
  onDrop: (files: File[]) => void;
  children: ReactNode;
};

/** A whole screen that takes files which are dropped on it. */
export function DropArea({ hint, isCentered = false, onDrop, children }: Props) {
  const [isOver, setOver] = useState(false);
  return (
    <main
      className={styles.area}
      data-centered={isCentered || undefined}
      data-over={isOver || undefined}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        const to = event.relatedTarget;
        if (!(to instanceof Node && event.currentTarget.contains(to))) setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onDrop([...event.dataTransfer.files]);
      }}
    >
      {children}
      {isOver && <p className={styles.hint}>{hint}</p>}
    </main>
  );
}
