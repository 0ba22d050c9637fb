import { ChevronDown, ChevronUp, CircleDashed, Clock } from "lucide-react";
import { keysOf } from "../actions/all";
import { setPanel } from "../actions/panels";
import { titleOf } from "../actions/world";
import { FromBadge } from "../inspector/FromBadge";
import { runStanding } from "../inspector/status";
import { IconButton } from "../kit/Button";
import { cx } from "../kit/cx";
import { Keys } from "../kit/Keys";
import { Resizer } from "../kit/Resizer";
import { Tabs } from "../kit/Tabs";
import type { RunTab } from "../model/panels";
import { isOver, itemsPerSecond, type RunState, waits } from "../model/run";
import { store, useGantry } from "../model/store";
import { formatCount, formatDuration } from "../words/format";
import { t } from "../words/t";
import { Calls } from "./Calls";
import { Problems } from "./Problems";
import styles from "./RunBar.module.css";
import { Timeline } from "./Timeline";
import { useNow } from "./useNow";
import { WouldSend } from "./WouldSend";

function Waits({ run, now }: { run: RunState; now: number }) {
  const [first, ...others] = waits(run);
  if (!first) return null;
  const left = formatDuration(Math.max(0, first.wait.until - now));
  const node = titleOf(store.getState(), first.node);
  return (
    <span className={styles.wait}>
      <Clock size={14} aria-hidden />
      {t("runBar.waits", { node, time: left, reason: first.wait.reason })}
      {others.length > 0 && ` ${t("runBar.moreWaits", { n: others.length })}`}
    </span>
  );
}

function Idle() {
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

function Line({ run }: { run: RunState }) {
  const { status, started_at, took_ms, summary } = run.run;
  const running = !isOver(status);
  const now = useNow(running);
  const standing = runStanding(status);
  const speed = itemsPerSecond(run);
  const held = run.wouldSend.length;
  // What a dry run held back is what matters of it, and was not sent.
  const came = held > 0 ? t("wouldSend.held", { n: held }) : summary;
  const sentence = [came, ...run.told].filter(Boolean).join(" ");
  const isNothingShown = useGantry(
    ({ selection, inspector }) =>
      selection.nodes.length === 0 && inspector.wire === null && !inspector.flow,
  );
  return (
    <>
      <standing.icon
        size={16}
        aria-hidden
        className={cx(styles[status], standing.isMoving && styles.turning)}
      />
      <strong>{standing.word}</strong>
      <span className={styles.muted}>
        {formatDuration(running ? Math.max(0, now - started_at) : (took_ms ?? 0))}
      </span>
      <RunFrom run={run} />
      {running && speed !== null && (
        <span className={styles.muted}>
          {t("runBar.speed", { n: formatCount(Math.round(speed)) })}
        </span>
      )}
      {running ? (
        <Waits run={run} now={now} />
      ) : (
        <>
          <span className={styles.summary} title={sentence}>
            {sentence}
          </span>
          {isNothingShown && <span className={styles.hint}>{t("runBar.lookHint")}</span>}
        </>
      )}
    </>
  );
}

/** The bar at the bottom: how the run stands. It opens upwards on times, problems and calls. */
export function RunBar() {
  const run = useGantry((state) => state.run);
  const { open, height, tab } = useGantry((state) => state.panels.runBar);
  const problems = useGantry(
    (state) => (state.open?.findings.diagnostics.length ?? 0) + (state.run?.errors.length ?? 0),
  );
  const calls = run?.calls.length ?? 0;
  const held = run?.wouldSend.length ?? 0;
  const toggle = () => setPanel("runBar", { open: !open });
  return (
    <section className={styles.runBar} aria-label={t("runBar.label")}>
      {open && (
        <>
          <Resizer
            label={t("runBar.resize")}
            orientation="horizontal"
            size={height}
            min={140}
            max={640}
            side="after"
            onResize={(next) => setPanel("runBar", { height: next })}
          />
          <div className={styles.panes} style={{ height }}>
            <Tabs<RunTab>
              label={t("runBar.label")}
              selected={tab}
              onSelect={(next) => setPanel("runBar", { tab: next })}
              tabs={[
                { id: "timeline", label: t("runBar.timeline"), content: <Timeline /> },
                {
                  id: "problems",
                  label: t("runBar.problems"),
                  count: problems,
                  content: <Problems />,
                },
                { id: "calls", label: t("runBar.calls"), count: calls, content: <Calls /> },
                {
                  id: "would_send",
                  label: t("wouldSend.tab"),
                  count: held,
                  content: <WouldSend />,
                },
              ]}
            />
          </div>
        </>
      )}
      <div className={styles.line}>
        <div className={styles.state} role="status">
          {run ? <Line run={run} /> : <Idle />}
        </div>
        <IconButton
          size="small"
          placement="top"
          icon={open ? ChevronDown : ChevronUp}
          label={t(open ? "runBar.close" : "runBar.open")}
          keys={keysOf("toggle-run-bar")}
          onPress={toggle}
        />
      </div>
    </section>
  );
}
