import { Trash2 } from "lucide-react";
import { type KeyboardEvent, useRef } from "react";
import { openRun } from "../actions/runs";
import type { RunSummary } from "../bindings/RunSummary";
import { runStanding } from "../inspector/status";
import { Button, IconButton } from "../kit/Button";
import { VirtualList, type VirtualListHandle } from "../kit/VirtualList";
import { formatAgo, formatCount, formatDate, formatDuration } from "../words/format";
import { t } from "../words/t";
import flows from "./Flows.module.css";
import styles from "./Runs.module.css";
import { useNow } from "./useNow";

type Props = {
  runs: readonly RunSummary[];
  hasMore: boolean;
  onMore: () => void;
  onDelete: (run: RunSummary) => void;
};

const ROW = 56;
const EDGES = 2;
const MORE = 46;

/** Runs, newest first. Arrows walk through them, Enter opens one, Delete asks to delete it. */
export function RunList({ runs, hasMore, onMore, onDelete }: Props) {
  const now = useNow();
  const list = useRef<VirtualListHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const walk = (event: KeyboardEvent, index: number) => {
    const run = runs[index];
    if (event.key === "Delete" && run !== undefined) onDelete(run);
    const next =
      event.key === "ArrowDown" ? index + 1 : event.key === "ArrowUp" ? index - 1 : undefined;
    if (next === undefined || runs[next] === undefined) return;
    event.preventDefault();
    list.current?.scrollTo(next);
    // The row is made by the scrolling, so it can have the focus a frame later.
    requestAnimationFrame(() => {
      const row = box.current?.querySelector(`[data-row="${next}"]`);
      if (row instanceof HTMLElement) row.focus();
    });
  };
  return (
    <div
      ref={box}
      className={styles.list}
      style={{ maxHeight: runs.length * ROW + (hasMore ? MORE : EDGES) }}
    >
      <VirtualList
        ref={list}
        label={t("rail.runs")}
        items={runs}
        rowHeight={ROW}
        keyOf={(run) => run.id}
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
            <IconButton
              label={t("runs.delete")}
              keys="Delete"
              icon={Trash2}
              onPress={() => onDelete(run)}
            />
          </div>
        )}
      />
      {hasMore && (
        <div className={styles.more}>
          <Button onPress={onMore}>{t("runs.older")}</Button>
        </div>
      )}
    </div>
  );
}

function RunRow({ run, now }: { run: RunSummary; now: number }) {
  const standing = runStanding(run.status);
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
          {run.summary || t("runs.by", { trigger: run.trigger })}
        </span>
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
