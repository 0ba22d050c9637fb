/** Runs of the past, made up: for looking at a long history, and for its tests. */
import type { FlowFile } from "../../bindings/FlowFile";
import type { RunStatus } from "../../bindings/RunStatus";
import type { RunSummary } from "../../bindings/RunSummary";
import type { CommandName, Commands } from "../commands";

const MINUTE = 60_000;

const ENDS: readonly (readonly [RunStatus, string])[] = [
  ["ok", "All 240 orders came through."],
  ["ok", "No new orders since the last run."],
  ["ok_with_rejects", "238 orders came through, 2 were rejected: no customer number."],
  ["ok", "All 12 orders came through."],
  ["failed", "The shop refused the request: the API key is not valid (401)."],
  ["ok", "All 31 orders came through."],
  ["cancelled", "You stopped the run."],
];
const TRIGGERS = ["schedule", "manual", "webhook", "schedule", "retry"];

/** That many runs that are over, newest first. */
export function pastRuns(flows: readonly FlowFile[], count: number, now: number): RunSummary[] {
  return Array.from({ length: count }, (_, n) => {
    const flow = flows[n % flows.length];
    const [status, summary] = ENDS[n % ENDS.length] ?? ["ok", ""];
    const trigger = TRIGGERS[n % TRIGGERS.length] ?? "manual";
    const rejected = status === "ok_with_rejects" ? 2 : 0;
    return {
      id: pastId(count - n),
      flow: flow?.id ?? "gone",
      flow_name: flow?.name ?? "A flow that is gone",
      rev: 1,
      trigger,
      status,
      started_at: now - (n + 1) * 7 * MINUTE,
      took_ms: 900 + ((n * 7919) % 90_000),
      items: status === "failed" ? 0 : (n * 37) % 900,
      rejected,
      summary,
      ...(trigger === "retry" && n + 1 < count ? { parent: pastId(count - n - 1) } : {}),
    };
  });
}

function pastId(n: number): string {
  return `past-${String(n).padStart(7, "0")}`;
}

/** The page of a list of runs, newest first, that is asked for. */
export function listed(
  runs: Iterable<RunSummary>,
  asked: Commands[Extract<CommandName, "runs.list">]["args"],
): RunSummary[] {
  const { flow, status, trigger, since, until, before, limit } = asked;
  const words = asked.text?.trim().toLowerCase().split(/\s+/) ?? [];
  const found: RunSummary[] = [];
  let isReached = before === undefined;
  for (const run of runs) {
    if (found.length === limit) break;
    if (!isReached) isReached = run.id === before;
    else if (
      (flow ?? run.flow) === run.flow &&
      (status ?? run.status) === run.status &&
      (trigger ?? run.trigger) === run.trigger &&
      (since ?? run.started_at) <= run.started_at &&
      (until ?? run.started_at + 1) > run.started_at &&
      words.every((word) =>
        `${run.flow_name} ${run.summary} ${run.id}`.toLowerCase().includes(word),
      )
    )
      found.push(run);
  }
  return found;
}
