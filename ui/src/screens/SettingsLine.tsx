import type { ReactNode } from "react";
import styles from "./Settings.module.css";

type Props = { label: string; help: string; children?: ReactNode };

/** One setting: its name, what it means, and what it is set to. */
export function Line({ label, help, children }: Props) {
  return (
    <div className={styles.line}>
      <div className={styles.names}>
        {label !== "" && <span className={styles.label}>{label}</span>}
        <span className={styles.quiet}>{help}</span>
      </div>
      {children}
    </div>
  );
}
