import { Globe } from "lucide-react";
import { goToCall } from "../actions/go-to-call";
import { titleOf } from "../actions/world";
import { FromBadge } from "../inspector/FromBadge";
import { EmptyState } from "../kit/EmptyState";
import { VirtualList } from "../kit/VirtualList";
import type { Call } from "../model/run";
import { store, useGantry } from "../model/store";
import { formatDuration, formatTime } from "../words/format";
import { t } from "../words/t";
import styles from "./Calls.module.css";

function toneOf(status: number | undefined): "ok" | "warning" | "error" {
  if (status === undefined || status >= 500) return "error";
  return status >= 400 ? "warning" : "ok";
}

function Row({ call }: { call: Call }) {
  const { exchange } = call;
  return (
    <button
      type="button"
      className={styles.row}
      onClick={() => goToCall(call.node, call.item, exchange.attempt)}
    >
      <span className={styles.muted}>{formatTime(exchange.at)}</span>
      <span className={styles.cut}>{titleOf(store.getState(), call.node)}</span>
      <span className={styles.mono}>{exchange.method}</span>
      <span className={styles.address}>
        <span className={styles.mono} title={exchange.url}>
          {exchange.url}
        </span>
        <FromBadge from={exchange.from} />
      </span>
      {exchange.from === "dry_run" ? (
        <span className={styles.muted}>–</span>
      ) : (
        <span className={styles[toneOf(exchange.status)]} title={exchange.error}>
          {exchange.status ?? t("calls.noAnswer")}
        </span>
      )}
      <span className={styles.number}>{exchange.attempt}</span>
      <span className={styles.number}>{formatDuration(exchange.took_ms)}</span>
    </button>
  );
}

/** The calls of the run as they went over the wire, oldest first. */
export function Calls() {
  const calls = useGantry((state) => state.run?.calls);
  if (!calls || calls.length === 0) {
    return <EmptyState icon={Globe} title={t("runBar.noCalls")} text={t("runBar.noCallsHint")} />;
  }
  return (
    <div className={styles.table}>
      <div className={styles.head} aria-hidden>
        <span>{t("calls.time")}</span>
        <span>{t("calls.node")}</span>
        <span>{t("calls.method")}</span>
        <span>{t("calls.url")}</span>
        <span>{t("calls.status")}</span>
        <span className={styles.number}>{t("calls.try")}</span>
        <span className={styles.number}>{t("calls.took")}</span>
      </div>
      <VirtualList
        label={t("runBar.calls")}
        items={calls}
        rowHeight={28}
        keyOf={(call) => String(call.seq)}
        render={(call) => <Row call={call} />}
      />
    </div>
  );
}
