import { Rows3 } from "lucide-react";
import { goToNode } from "../actions/select";
import { EmptyState } from "../kit/EmptyState";
import { iconNamed } from "../kit/icons";
import { VirtualList } from "../kit/VirtualList";
import { factsOf, typeInfo } from "../model/facts";
import { walk } from "../model/flow";
import { isOver, type NodeRunState, type RunState } from "../model/run";
import { useGantry } from "../model/store";
import { formatCount, formatDuration } from "../words/format";
import { t } from "../words/t";
import styles from "./RunNodes.module.css";
import { useNow } from "./useNow";

type Row = { id: string; title: string; icon: string | undefined; node: NodeRunState };

function useRows(): Row[] {
  const open = useGantry((state) => state.open);
  const catalogue = useGantry((state) => state.catalogue);
  const run = useGantry((state) => state.run);
  if (!open || !run) return [];
  return [...walk(open.flow)].flatMap(({ node }) => {
    const state = run.nodes[node.id];
    if (!state) return [];
    const { title } = factsOf(node, open.findings, catalogue);
    return [{ id: node.id, title, icon: typeInfo(catalogue, node.type)?.icon, node: state }];
  });
}

function took({ startedAt, finishedAt, counts, status }: NodeRunState, now: number): number {
  if (startedAt === null) return counts.busy_us / 1000;
  return (finishedAt ?? (status === "running" ? now : startedAt)) - startedAt;
}

function Bar({ node, run, now }: { node: NodeRunState; run: RunState; now: number }) {
  if (node.startedAt === null) return <span className={styles.track} />;
  const from = run.run.started_at;
  const whole = Math.max(1, run.run.took_ms ?? now - from);
  const left = Math.min(100, ((node.startedAt - from) * 100) / whole);
  const width = Math.max(0.5, Math.min(100 - left, (took(node, now) * 100) / whole));
  return (
    <span className={styles.track}>
      <span
        className={styles.bar}
        data-status={node.status}
        style={{ left: `${Math.max(0, left)}%`, width: `${width}%` }}
      />
    </span>
  );
}

/** Each node of the run: when it worked, how long, and what passed it. */
export function RunNodes() {
  const run = useGantry((state) => state.run);
  const now = useNow(run !== null && !isOver(run.run.status));
  const rows = useRows();
  if (!run) return null;
  if (rows.length === 0) {
    return <EmptyState icon={Rows3} title={t("timeline.none")} text={t("timeline.noneHint")} />;
  }
  return (
    <div className={styles.table}>
      <div className={styles.head} aria-hidden>
        <span>{t("timeline.node")}</span>
        <span />
        <span>{t("timeline.time")}</span>
        <span>{t("timeline.in")}</span>
        <span>{t("timeline.out")}</span>
        <span>{t("timeline.rejected")}</span>
      </div>
      <VirtualList
        label={t("overview.nodes")}
        items={rows}
        rowHeight={28}
        keyOf={(row) => row.id}
        render={({ id, title, icon, node }) => {
          const Icon = iconNamed(icon);
          const { items_in, items_out, rejected } = node.counts;
          return (
            <button type="button" className={styles.row} onClick={() => goToNode(id)}>
              <span className={styles.title}>
                <Icon size={14} aria-hidden />
                <span>{title}</span>
              </span>
              <Bar node={node} run={run} now={now} />
              <span>{formatDuration(took(node, now))}</span>
              <span>{formatCount(items_in)}</span>
              <span>{formatCount(items_out)}</span>
              <span className={rejected > 0 ? styles.rejected : undefined}>
                {formatCount(rejected)}
              </span>
            </button>
          );
        }}
      />
    </div>
  );
}
