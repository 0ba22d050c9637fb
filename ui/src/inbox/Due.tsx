import { Clock } from "lucide-react";
import { formatDate, formatDuration } from "../words/format";
import { t } from "../words/t";
import styles from "./Inbox.module.css";

const HOUR = 3_600_000;

/** How long something is still waited for. */
export function Due({ due, now }: { due: number | undefined; now: number }) {
  if (due === undefined) return null;
  const left = due - now;
  // Minutes are enough: seconds that do not run would look like a stopped clock.
  const rounded = Math.max(60_000, Math.round(left / 60_000) * 60_000);
  const words =
    left <= 0
      ? t("inbox.overdue")
      : left < 24 * HOUR
        ? t("inbox.dueIn", { time: formatDuration(rounded).replace(/ 00 s$/, "") })
        : t("inbox.due", { time: formatDate(due) });
  return (
    <span className={styles.due} data-soon={left < HOUR || undefined} title={formatDate(due)}>
      <Clock size={12} aria-hidden />
      {words}
    </span>
  );
}
