import { CircleDashed, Clock, RotateCw, UserRound } from "lucide-react";
import { keysOf } from "../actions/all";
import { askToRetry } from "../actions/retry";
import { titleOf } from "../actions/world";
import { FromBadge } from "../inspector/FromBadge";
import { runStanding } from "../inspector/status";
import { Button } from "../kit/Button";
import { cx } from "../kit/cx";
import { Keys } from "../kit/Keys";
import { itemsPerSecond, timeLeft, waits } from "../model/pace";
import { type Asking, isOver, type RunState, type Wait } from "../model/run";
import { type State, store, useGantry } from "../model/store";
import {
  formatCount,
  formatCountdown,
  formatDuration,
  formatTime,
  formatUntil,
} from "../words/format";
import { t } from "../words/t";
import styles from "./RunBar.module.css";
import { useNow } from "./useNow";

/** A wait shorter than this is counted down; a longer one names the time at which it ends. */
const COUNTED_MS = 10 * 60_000;

function waitWords(state: State, { node, wait }: { node: string; wait: Wait }, now: number) {
  const title = titleOf(state, node);
  const { until, reason, isLong } = wait;
  const left = Math.max(0, until - now);
  return isLong && left > COUNTED_MS
    ? t("runBar.waitsUntil", { node: title, time: formatUntil(until, now), reason })
    : t("runBar.waitsFor", { node: title, time: formatCountdown(left), reason });
}

function askedWords(state: State, { node, question, signal }: Asking): string {
  const title = titleOf(state, node);
  return question === null
    ? t("runBar.signal", { node: title, signal })
    : t("runBar.asked", { node: title, question });
}

/** What the run waits for, and why: the longest wait, and how many more there are. */
function Waits({ run, now }: { run: RunState; now: number }) {
  const state = store.getState();
  const all = [
    ...waits(run).map((each) => ({ icon: Clock, text: waitWords(state, each, now) })),
    ...run.asked.map((each) => ({ icon: UserRound, text: askedWords(state, each) })),
  ];
  const [first, ...others] = all;
  if (!first) return null;
  const title = all.map(({ text }) => text).slice(0, 12);
  return (
    <span className={styles.wait} title={title.join("\n")}>
      <first.icon size={14} aria-hidden />
      <span className={styles.waitText}>{first.text}</span>
      {others.length > 0 && <span>{t("runBar.moreWaits", { n: others.length })}</span>}
    </span>
  );
}

/** That nothing was run yet, and the key that runs the flow. */
export function IdleLine() {
  const [before, after] = t("runBar.idleHint").split("{key}");
  return (
    <>
      <CircleDashed size={16} aria-hidden className={styles.muted} />
      <span>{t("runBar.idle")}</span>
      <span className={styles.muted}>
        {before}
        <Keys keys={keysOf("run") ?? ""} />
        {after}
      </span>
    </>
  );
}

/** Where the run's answers came from, where that was not from the systems. */
function RunFrom({ run }: { run: RunState }) {
  const all = new Set(Object.values(run.nodes).map(({ from }) => from));
  return [...all].map((from) => from && <FromBadge key={from} from={from} />);
}

/** How fast it goes and how long it may still take. */
function Pace({ run, now }: { run: RunState; now: number }) {
  const speed = itemsPerSecond(run, now);
  const left = timeLeft(run, now);
  return (
    <>
      {speed !== null && (
        <span className={styles.muted}>
          {t("runBar.speed", { n: formatCount(Math.round(speed)) })}
        </span>
      )}
      {left !== null && (
        <span className={styles.muted}>{t("runBar.left", { time: formatCountdown(left) })}</span>
      )}
    </>
  );
}

/** What is to be said of a run that does not go just now. */
function hintOf({ run, heldAt }: RunState): string {
  if (run.status === "queued") return t("runBar.queuedHint");
  if (run.status === "interrupted") return t("runBar.interruptedHint");
  if (run.status !== "paused") return "";
  const held = heldAt === null ? "" : t("runBar.held", { time: formatTime(heldAt) });
  return `${held}. ${t("runBar.heldHint")}`.replace(/^\. /, "");
}

function Underway({ run, now }: { run: RunState; now: number }) {
  const hint = hintOf(run);
  if (hint !== "") return <span className={styles.summary}>{hint}</span>;
  return (
    <>
      <Pace run={run} now={now} />
      {run.resumed !== null && (
        <span className={styles.muted}>{t("runBar.resumed", { n: run.resumed })}</span>
      )}
      <Waits run={run} now={now} />
    </>
  );
}

function Ended({ run }: { run: RunState }) {
  const { status } = run.run;
  const held = run.wouldSend.length;
  // What a dry run held back is what matters of it, and was not sent.
  const came = held > 0 ? t("wouldSend.held", { n: held }) : hintOf(run) || run.run.summary;
  const sentence = [came, ...run.told].filter(Boolean).join(" ");
  const isNothingShown = useGantry(
    ({ selection, inspector }) =>
      selection.nodes.length === 0 && inspector.wire === null && !inspector.flow,
  );
  return (
    <>
      <span className={styles.summary} title={sentence}>
        {sentence}
      </span>
      {(status === "failed" || status === "ok_with_rejects") && (
        <Button size="small" icon={RotateCw} onPress={() => askToRetry(run.run)}>
          {t("retry.action")}
        </Button>
      )}
      {isNothingShown && <span className={styles.hint}>{t("runBar.lookHint")}</span>}
    </>
  );
}

/** How the run stands, in words. */
export function RunLine({ run }: { run: RunState }) {
  const { status, started_at, took_ms } = run.run;
  const over = isOver(status);
  const now = useNow(status === "running");
  const standing = runStanding(status);
  const took = over ? took_ms : Math.max(0, (run.heldAt ?? now) - started_at);
  return (
    <>
      <standing.icon
        size={16}
        aria-hidden
        className={cx(styles[status], standing.isMoving && styles.turning)}
      />
      <strong>{standing.word}</strong>
      {took !== undefined && status !== "queued" && (
        <span className={styles.muted}>{formatDuration(took)}</span>
      )}
      <RunFrom run={run} />
      {over ? <Ended run={run} /> : <Underway run={run} now={now} />}
    </>
  );
}
