import { CirclePlay, CornerLeftUp, RotateCw, Trash2 } from "lucide-react";
import { type KeyboardEvent, useRef } from "react";
import { loadOlderRuns } from "../actions/history";
import { resumeRun } from "../actions/resume-run";
import { askToRetry } from "../actions/retry";
import { openRun } from "../actions/runs";
import type { RunSummary } from "../bindings/RunSummary";
import { runStanding } from "../inspector/status";
import { IconButton } from "../kit/Button";
import { VirtualList, type VirtualListHandle } from "../kit/VirtualList";
import { isOver } from "../model/run";
import { formatAgo, formatCount, formatDate, formatDuration } from "../words/format";
import { triggerWord } from "../words/runs";
import { t } from "../words/t";
import flows from "./Flows.module.css";
import styles from "./Runs.module.css";
import { useNow } from "./useNow";

type Props = { runs: readonly RunSummary[]; onDelete: (run: RunSummary) => void };

const ROW = 56;
const EDGES = 2;

/** Runs, newest first. Arrows walk through them, Enter opens one, Delete asks to delete it. */
export function RunList({ runs, onDelete }: Props) {
  const now = useNow();
  const list = useRef<VirtualListHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const walk = (event: KeyboardEvent, index: number) => {
    const run = runs[index];
    if (event.key === "Delete" && run !== undefined && isOver(run.status)) onDelete(run);
    const next = nextOf(event.key, index, runs.length);
    if (next === undefined) return;
    event.preventDefault();
    list.current?.scrollTo(next);
    // The row is made by the scrolling, so it can have the focus a frame later.
    requestAnimationFrame(() => {
      const row = box.current?.querySelector(`[data-row="${next}"]`);
      if (row instanceof HTMLElement) row.focus();
    });
  };
  return (
    <div ref={box} className={styles.list} style={{ maxHeight: runs.length * ROW + EDGES }}>
      <VirtualList
        ref={list}
        label={t("rail.runs")}
        items={runs}
        rowHeight={ROW}
        keyOf={(run) => run.id}
        onEnd={() => void loadOlderRuns()}
        render={(run, index) => (
          <div className={styles.row}>
            <button
              type="button"
              data-row={index}
              className={styles.open}
              onClick={() => void openRun(run.id)}
              onKeyDown={(event) => walk(event, index)}
            >
              <RunRow run={run} now={now} />
            </button>
            <RowButtons run={run} onDelete={onDelete} />
          </div>
        )}
      />
    </div>
  );
}

const PAGE_ROWS = 10;

function nextOf(key: string, index: number, count: number): number | undefined {
  const last = count - 1;
  const to: Record<string, number> = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    PageDown: Math.min(last, index + PAGE_ROWS),
    PageUp: Math.max(0, index - PAGE_ROWS),
    Home: 0,
    End: last,
  };
  const next = to[key];
  return next === undefined || next < 0 || next > last ? undefined : next;
}

function RowButtons({ run, onDelete }: { run: RunSummary; onDelete: Props["onDelete"] }) {
  const { parent } = run;
  return (
    <span className={styles.buttons}>
      {run.status === "interrupted" && (
        <IconButton
          label={t("action.resume")}
          icon={CirclePlay}
          onPress={() => void resumeRun(run.id)}
        />
      )}
      {(run.status === "failed" || run.status === "ok_with_rejects") && (
        <IconButton label={t("retry.action")} icon={RotateCw} onPress={() => askToRetry(run)} />
      )}
      {parent !== undefined && (
        <IconButton
          label={t("runs.parent")}
          icon={CornerLeftUp}
          onPress={() => void openRun(parent)}
        />
      )}
      <IconButton
        label={t("runs.delete")}
        keys="Delete"
        icon={Trash2}
        disabled={!isOver(run.status)}
        onPress={() => onDelete(run)}
      />
    </span>
  );
}

function RunRow({ run, now }: { run: RunSummary; now: number }) {
  const standing = runStanding(run.status);
  const by = t("runs.by", { trigger: triggerWord(run.trigger) });
  return (
    <>
      <span className={flows.standing} data-tone={standing.tone}>
        <standing.icon
          size={16}
          aria-hidden
          className={standing.isMoving ? flows.moving : undefined}
        />
        {standing.word}
      </span>
      <span className={styles.what}>
        <span className={styles.flow}>{run.flow_name}</span>
        <span className={styles.summary} title={run.summary}>
          {run.summary || by}
        </span>
      </span>
      <span className={styles.by} title={by}>
        {triggerWord(run.trigger)}
      </span>
      <span className={styles.figures}>
        <span>
          {run.items === 1 ? t("runs.item") : t("runs.items", { count: formatCount(run.items) })}
        </span>
        {run.rejected > 0 && (
          <span className={styles.rejected}>
            {t("runs.rejected", { count: formatCount(run.rejected) })}
          </span>
        )}
      </span>
      <span className={styles.took}>
        {run.took_ms === undefined ? "" : formatDuration(run.took_ms)}
      </span>
      <span className={styles.when} title={formatDate(run.started_at)}>
        {formatAgo(run.started_at, now)}
      </span>
    </>
  );
}
