import { ChartGantt, Maximize, ZoomIn, ZoomOut } from "lucide-react";
import { useReducer, useState } from "react";
import { keysOf } from "../actions/all";
import type { Timeline as Data } from "../bindings/Timeline";
import { Segments } from "../form/Segments";
import { IconButton } from "../kit/Button";
import { EmptyState } from "../kit/EmptyState";
import { Spinner } from "../kit/Spinner";
import { useGantry } from "../model/store";
import { reduceSight, type Sight, type SightChange, WHOLE } from "../model/timeline";
import { t } from "../words/t";
import { BarTable } from "./BarTable";
import styles from "./Timeline.module.css";
import { useTimeline } from "./useTimeline";
import { Waterfall } from "./Waterfall";

type Look = "chart" | "table";

/** When each node of the run did what, at which try, and what it waited for: drawn, or as a table. */
export function Timeline() {
  const timeline = useTimeline();
  const hasRun = useGantry((state) => state.run !== null);
  if (!hasRun) {
    const text = t("runBar.noRunHint", { key: keysOf("run") ?? "" });
    return <EmptyState icon={ChartGantt} title={t("runBar.noRun")} text={text} />;
  }
  if (timeline?.data) {
    if (timeline.data.lanes.length > 0) return <Shown key={timeline.run} data={timeline.data} />;
    return (
      <EmptyState icon={ChartGantt} title={t("timeline.none")} text={t("timeline.noneHint")} />
    );
  }
  if (timeline?.error) return <EmptyState title={t("timeline.failed")} text={timeline.error} />;
  return (
    <div className={styles.loading}>
      <Spinner label={t("timeline.loading")} size={20} />
    </div>
  );
}

function Shown({ data }: { data: Data }) {
  const [look, setLook] = useState<Look>("chart");
  const [sight, change] = useReducer(
    (before: Sight, each: SightChange) => reduceSight(before, data, each),
    WHOLE,
  );
  return (
    <div className={styles.timeline}>
      <div className={styles.tools}>
        <Segments<Look>
          label={t("timeline.view")}
          value={look}
          options={[
            { value: "chart", label: t("timeline.chart") },
            { value: "table", label: t("timeline.table") },
          ]}
          onChange={setLook}
        />
        <span className={styles.summary} title={data.summary}>
          {data.summary}
          {data.more && ` ${t("timeline.more")}`}
        </span>
        {look === "chart" && <Zoom isWhole={sight.span === null} change={change} />}
      </div>
      {look === "chart" ? (
        <Waterfall data={data} sight={sight} change={change} />
      ) : (
        <BarTable data={data} />
      )}
    </div>
  );
}

function Zoom({ isWhole, change }: { isWhole: boolean; change: (each: SightChange) => void }) {
  return (
    <>
      <IconButton
        size="small"
        icon={ZoomOut}
        label={t("timeline.zoomOut")}
        keys="-"
        disabled={isWhole}
        onPress={() => change({ type: "zoom", factor: 2 })}
      />
      <IconButton
        size="small"
        icon={ZoomIn}
        label={t("timeline.zoomIn")}
        keys="+"
        onPress={() => change({ type: "zoom", factor: 0.5 })}
      />
      <IconButton
        size="small"
        icon={Maximize}
        label={t("timeline.fit")}
        keys="0"
        disabled={isWhole}
        onPress={() => change({ type: "fit" })}
      />
    </>
  );
}
