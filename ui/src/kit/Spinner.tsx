import { LoaderCircle } from "lucide-react";
import styles from "./Spinner.module.css";

/** Something is under way; `label` says what. */
export function Spinner({ label, size = 16 }: { label: string; size?: number }) {
  return (
    <span className={styles.spinner} role="status" aria-label={label}>
      <LoaderCircle size={size} aria-hidden />
    </span>
  );
}
