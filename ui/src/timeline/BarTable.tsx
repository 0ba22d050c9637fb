import { useMemo } from "react";
import type { Timeline } from "../bindings/Timeline";
import { VirtualList } from "../kit/VirtualList";
import { barRows } from "../model/timeline";
import { formatDuration, formatFineDuration } from "../words/format";
import { t } from "../words/t";
import styles from "./BarTable.module.css";
import { barName, goToBar } from "./bars";

/** The same as the waterfall, as a table: what each node did, in the order of its beginning. */
export function BarTable({ data }: { data: Timeline }) {
  const rows = useMemo(() => barRows(data), [data]);
  return (
    <div className={styles.table}>
      <div className={styles.head} aria-hidden>
        <span>{t("timeline.node")}</span>
        <span>{t("timeline.kind")}</span>
        <span>{t("timeline.item")}</span>
        <span>{t("timeline.what")}</span>
        <span className={styles.figure}>{t("timeline.began")}</span>
        <span className={styles.figure}>{t("timeline.took")}</span>
      </div>
      <VirtualList
        label={t("timeline.label")}
        items={rows}
        rowHeight={28}
        keyOf={({ key }) => key}
        render={({ lane, bar }) => (
          <button type="button" className={styles.row} onClick={() => goToBar(lane, bar)}>
            <span>{lane.name}</span>
            <span>{barName(bar)}</span>
            <code>{bar.item}</code>
            <span className={bar.failed ? styles.failed : undefined} title={bar.text}>
              {[bar.text, bar.status, bar.failed ? t("timeline.barFailed") : ""]
                .filter(Boolean)
                .join(" · ")}
            </span>
            <span className={styles.figure}>
              {formatDuration(Math.max(0, bar.began - data.began))}
            </span>
            <span className={styles.figure}>{formatFineDuration(bar.took_ms)}</span>
          </button>
        )}
      />
    </div>
  );
}
