/** How fast a run goes, how long it may still take, and what it waits for. Pure. */
import { PACE_MS, type Progress, type RunState, type Wait } from "./run";

/** Progress over less time than this says nothing of the speed. */
const MEASURED_MS = 1500;

/** Counts are told a few times a second: after so long without one, nothing goes on. */
const TOLD_MS = 1000;

/** Items per second over the last seconds; null while there is too little to tell. */
export function itemsPerSecond(state: RunState, now: number): number | null {
  const first = state.pace[0];
  const last = state.pace.at(-1);
  if (!first || !last || last.at - first.at < 200) return null;
  const until = now - last.at > TOLD_MS ? now : last.at;
  if (until - last.at > PACE_MS) return null;
  return ((last.items - first.items) * 1000) / (until - first.at);
}

/** The nodes that wait before another try, longest wait first. */
export function waits(state: RunState): { node: string; wait: Wait }[] {
  return Object.entries(state.nodes)
    .flatMap(([node, { wait }]) => (wait ? [{ node, wait }] : []))
    .sort((a, b) => b.wait.until - a.wait.until);
}

/** Milliseconds that a node still needs at the speed it had so far; null where that is not known. */
function leftOf({ done, of, at, since }: Progress, now: number): number | null {
  const measured = at - since.at;
  const gained = done - since.done;
  if (measured < MEASURED_MS || gained <= 0 || done >= of) return null;
  return Math.max(0, ((of - done) * measured) / gained - (now - at));
}

/**
 * About how long the run still takes, in milliseconds: as long as the slowest of the nodes that know
 * how much they have before them. Null while none knows, or while the run is held.
 */
export function timeLeft({ run, nodes }: RunState, now: number): number | null {
  if (run.status !== "running") return null;
  const all = Object.values(nodes).flatMap(({ progress, status }) => {
    if (progress === null || status !== "running") return [];
    return leftOf(progress, now) ?? [];
  });
  return all.length === 0 ? null : Math.max(...all);
}

/** How full a wire's channel is, as one of three levels. */
export type FillLevel = "low" | "middle" | "high";

/** The level: up to 60 % all is well, from 86 % on the channel holds back what comes. */
export function fillLevel(percent: number): FillLevel {
  if (percent <= 60) return "low";
  return percent <= 85 ? "middle" : "high";
}
