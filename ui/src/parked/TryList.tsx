import type { ParkedItem } from "../bindings/ParkedItem";
import { Badge } from "../kit/Badge";
import { formatDate, formatDuration } from "../words/format";
import { t } from "../words/t";
import styles from "./Items.module.css";

/** What became of each try, and how long was waited before the next. */
export function TryList({ item }: { item: ParkedItem }) {
  const tries = item.error.tries ?? [];
  if (tries.length === 0) {
    return <p className={styles.quiet}>{t("parked.noTries", { time: formatDate(item.at) })}</p>;
  }
  return (
    <ol className={styles.tries}>
      {tries.map(({ at, took_ms, message, status, wait_ms, class: kind }, index) => (
        <li key={at}>
          <span className={styles.tryHead}>
            <b>{t("parked.try", { n: index + 1 })}</b>
            <span className={styles.muted}>{formatDate(at)}</span>
            <span className={styles.muted}>{formatDuration(took_ms)}</span>
            <Badge tone="error">{status ?? t(`errorClass.${kind}`)}</Badge>
          </span>
          <span>{message}</span>
          <span className={styles.muted}>
            {wait_ms === undefined
              ? t("parked.lastTry")
              : t("parked.tryWait", { wait: formatDuration(wait_ms) })}
          </span>
        </li>
      ))}
    </ol>
  );
}
