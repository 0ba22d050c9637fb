import { ChevronRight, Download, RadioTower } from "lucide-react";
import { useMemo, useState } from "react";
import { exportHar } from "../actions/network";
import type { RunEvent } from "../bindings/RunEvent";
import { CallStatus } from "../calls/CallStatus";
import { useCall } from "../host/useCall";
import { Badge } from "../kit/Badge";
import { Button } from "../kit/Button";
import { cx } from "../kit/cx";
import { EmptyState } from "../kit/EmptyState";
import { useGantry } from "../model/store";
import { formatDuration } from "../words/format";
import { t } from "../words/t";
import { ExchangeDetail } from "./ExchangeDetail";
import { FromBadge } from "./FromBadge";
import styles from "./Raw.module.css";
import type { NodeInView } from "./useNode";

type Called = Extract<RunEvent, { type: "called" }>;
type Waiting = Extract<RunEvent, { type: "waiting" }>;
type Held = Extract<RunEvent, { type: "would_send" }>;
type Retrying = Extract<RunEvent, { type: "retrying" }>;

type Line = Called | Held | Retrying | Waiting;

/** Every call that the node made in the run, as it went over the wire. */
export function RawTab({ view }: { view: NodeInView }) {
  const { run, node, version } = view;
  const { data, error } = useCall(
    "runs.node",
    run === undefined ? null : { run, node: node.id },
    version,
  );
  const asked = useGantry((state) => state.inspector.call);
  // Null once the user has closed it; until something was chosen, it is the call that was asked for.
  const [chosen, setChosen] = useState<{ seq: number | null; asked: typeof asked }>();
  const lines = useMemo(
    () =>
      data?.events.filter(
        (event): event is Line =>
          event.type === "called" ||
          event.type === "would_send" ||
          event.type === "retrying" ||
          event.type === "waiting",
      ) ?? [],
    [data],
  );
  const found = asked && lines.find((line) => isCall(line, asked));
  const open = chosen && chosen.asked === asked ? chosen.seq : (found?.seq ?? null);
  if (error !== null) return <EmptyState title={t("raw.failed")} text={error.message} />;
  if (lines.length === 0) {
    const hint = run === undefined ? t("data.noRunHint") : t("raw.noneHint");
    return <EmptyState icon={RadioTower} title={t("raw.none")} text={hint} />;
  }
  return (
    <div className={styles.calls}>
      {run !== undefined && (
        <div className={styles.tools}>
          <Button size="small" variant="quiet" icon={Download} onPress={() => void exportHar(run)}>
            {t("raw.har")}
          </Button>
        </div>
      )}
      {lines.map((event) =>
        event.type === "waiting" ? (
          <p key={event.seq} className={styles.wait}>
            {t("raw.waiting", { wait: formatDuration(event.wait_ms), reason: event.reason })}
          </p>
        ) : event.type === "retrying" ? (
          <p key={event.seq} className={styles.wait}>
            {t("raw.waited", {
              wait: formatDuration(event.wait_ms),
              attempt: event.attempt + 1,
              tries: event.tries,
              reason: event.reason,
            })}
          </p>
        ) : (
          <section
            key={event.seq}
            ref={event === found ? showIt : undefined}
            className={styles.call}
          >
            <button
              type="button"
              className={styles.line}
              aria-expanded={open === event.seq}
              onClick={() => setChosen({ seq: open === event.seq ? null : event.seq, asked })}
            >
              <ChevronRight
                size={14}
                aria-hidden
                className={cx(styles.chevron, open === event.seq && styles.turned)}
              />
              <CallStatus call={event.exchange} />
              <b className={styles.method}>{event.exchange.method}</b>
              <span className={styles.url} title={event.exchange.url}>
                {pathOf(event.exchange.url)}
              </span>
              <FromBadge from={event.exchange.from} />
              {event.exchange.attempt > 1 && (
                <Badge>{t("raw.try", { n: event.exchange.attempt })}</Badge>
              )}
              <span className={styles.took}>{formatDuration(event.exchange.took_ms)}</span>
            </button>
            {open === event.seq && (
              <div className={styles.body}>
                <p className={styles.item}>{t("raw.item", { item: event.item })}</p>
                <ExchangeDetail exchange={event.exchange} />
              </div>
            )}
          </section>
        ),
      )}
      {data?.more && <p className={styles.wait}>{t("raw.more")}</p>}
    </div>
  );
}

function isCall(line: Line, { item, attempt }: { item: string; attempt: number }): boolean {
  return "exchange" in line && line.item === item && line.exchange.attempt === attempt;
}

function showIt(call: HTMLElement | null): void {
  call?.scrollIntoView({ block: "nearest" });
}

function pathOf(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/]+/i, "") || url;
}
