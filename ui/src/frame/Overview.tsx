import { CornerLeftUp, ListChecks, Rows3 } from "lucide-react";
import type { ReactNode } from "react";
import { action, keysOf } from "../actions/all";
import { openRun } from "../actions/runs";
import { showWrites } from "../actions/show-writes";
import type { RunSummary } from "../bindings/RunSummary";
import { runStanding } from "../inspector/status";
import { Badge } from "../kit/Badge";
import { Button } from "../kit/Button";
import { EmptyState } from "../kit/EmptyState";
import { Facts } from "../kit/Facts";
import { isOver } from "../model/run";
import { store, useGantry } from "../model/store";
import { formatCount, formatDate, formatDuration } from "../words/format";
import { triggerWord } from "../words/runs";
import { t } from "../words/t";
import styles from "./Overview.module.css";
import { RunNodes } from "./RunNodes";
import { useNow } from "./useNow";

function factsOf(run: RunSummary, now: number): (readonly [string, ReactNode])[] {
  const { parent } = run;
  const standing = runStanding(run.status);
  const over = isOver(run.status);
  const took = over ? run.took_ms : Math.max(0, now - run.started_at);
  return [
    [
      t("overview.state"),
      <Badge key="state" tone={standing.tone} icon={standing.icon}>
        {standing.word}
      </Badge>,
    ],
    [t("overview.came"), run.summary || undefined],
    [t("overview.started"), formatDate(run.started_at)],
    [t("overview.by"), triggerWord(run.trigger)],
    [
      t(over ? "overview.took" : "overview.sofar"),
      took === undefined ? undefined : formatDuration(took),
    ],
    [t("overview.items"), over ? formatCount(run.items) : undefined],
    [t("overview.rejected"), run.rejected > 0 ? formatCount(run.rejected) : undefined],
    [t("overview.rev"), formatCount(run.rev)],
    [t("overview.id"), <code key="id">{run.id}</code>],
    [
      t("overview.parent"),
      parent === undefined ? undefined : (
        <Button key="parent" size="small" icon={CornerLeftUp} onPress={() => void openRun(parent)}>
          {t("overview.parentLink")}
        </Button>
      ),
    ],
  ];
}

/** What came of the run, in facts, and what each node did. */
export function Overview() {
  const run = useGantry((state) => state.run?.run);
  const now = useNow(run?.status === "running");
  if (run === undefined) {
    const text = t("runBar.noRunHint", { key: keysOf("run") ?? "" });
    return <EmptyState icon={Rows3} title={t("runBar.noRun")} text={text} />;
  }
  const resume = action("resume");
  return (
    <div className={styles.overview}>
      <div className={styles.facts}>
        <Facts facts={factsOf(run, now)} />
        <div className={styles.buttons}>
          {run.status === "interrupted" && (
            <Button
              size="small"
              variant="primary"
              icon={resume.icon}
              onPress={() => resume.run(store.getState())}
            >
              {t("runBar.resume")}
            </Button>
          )}
          <Button
            size="small"
            icon={ListChecks}
            onPress={() => void showWrites(run.id, run.flow_name)}
          >
            {t("runBar.writes")}
          </Button>
        </div>
      </div>
      <div className={styles.nodes}>
        <RunNodes />
      </div>
    </div>
  );
}
