import { Flag } from "lucide-react";
import type { BarKind } from "../bindings/BarKind";
import type { Timeline } from "../bindings/Timeline";
import { t } from "../words/t";
import styles from "./Timeline.module.css";

const KINDS: readonly BarKind[] = ["call", "turn", "retry", "limit", "wait", "paused"];

/** What the colours mean: of the bars that there are. */
export function Legend({ data }: { data: Timeline }) {
  const used = new Set(data.lanes.flatMap(({ bars }) => bars.map(({ kind }) => kind)));
  return (
    <ul className={styles.legend}>
      {KINDS.filter((kind) => used.has(kind)).map((kind) => (
        <li key={kind}>
          <span className={styles.sign} data-kind={kind} aria-hidden />
          {t(`bar.${kind}`)}
        </li>
      ))}
      {data.lanes.some(({ critical }) => critical) && (
        <li>
          <Flag size={12} aria-hidden />
          {t("timeline.criticalShort")}
        </li>
      )}
    </ul>
  );
}
