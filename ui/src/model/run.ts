import type { AnswerFrom } from "../bindings/AnswerFrom";
import type { Exchange } from "../bindings/Exchange";
import type { FlowFile } from "../bindings/FlowFile";
import type { ItemError } from "../bindings/ItemError";
import type { NodeCounts } from "../bindings/NodeCounts";
import type { NodeStatus } from "../bindings/NodeStatus";
import type { RunEvent } from "../bindings/RunEvent";
import type { RunStatus } from "../bindings/RunStatus";
import type { RunSummary } from "../bindings/RunSummary";
import type { RunView } from "../bindings/RunView";
import type { WireRun } from "../bindings/WireRun";

/** A pause before a call leaves; `retry` says which try was the last, where it is tried again. */
export type Wait = {
  until: number;
  reason: string;
  retry: { attempt: number; tries: number } | null;
  /** Whether the flow asks for it: it outlasts the program. */
  isLong: boolean;
  /** What had been counted when it was first told of after the pause began; null until then. */
  counted: Pick<NodeCounts, "items_out" | "rejected"> | null;
};

/** How far a node has come, and since when that is measured. */
export type Progress = {
  done: number;
  of: number;
  at: number;
  since: { at: number; done: number };
};

/** A person or a system outside that a node waits for. */
export type Asking = {
  node: string;
  item: string;
  signal: string;
  /** What is asked, in words; null where it is a signal of a system. */
  question: string | null;
  due: number | null;
};

/** One node in a run. */
export type NodeRunState = {
  status: NodeStatus | "running" | "idle";
  counts: NodeCounts;
  startedAt: number | null;
  finishedAt: number | null;
  wait: Wait | null;
  progress: Progress | null;
  error: ItemError | null;
  /** Where its answers came from, where that was not the system. */
  from: Exclude<AnswerFrom, "system"> | null;
};

/** A call that a node of the run made. */
export type Call = { seq: number; at: number; node: string; item: string; exchange: Exchange };

/** A run as the canvas shows it. */
export type RunState = {
  run: RunSummary;
  /** The flow as it ran; null where that is not known. */
  flow: FlowFile | null;
  /** The number of the last event taken in; events up to it are passed over. */
  seq: number;
  nodes: Record<string, NodeRunState>;
  wires: Record<string, WireRun>;
  calls: Call[];
  /** Writes that a dry run held back. */
  wouldSend: Call[];
  errors: ItemError[];
  /** What came of its recording or replay, in sentences. */
  told: string[];
  /** What is waited for from outside. */
  asked: Asking[];
  /** When the user held the run; null while it goes on. */
  heldAt: number | null;
  /** How many steps were known when the run went on after its process ended; null without that. */
  resumed: number | null;
  /** Counts of items over time, for the speed shown. */
  pace: { at: number; items: number }[];
};

const NO_COUNTS: NodeCounts = { items_in: 0, items_out: 0, rejected: 0, busy_us: 0 };
const MAX_CALLS = 500;
const MAX_ERRORS = 500;
const MAX_ASKED = 500;
/** The speed is that of so many milliseconds. */
export const PACE_MS = 3000;

const IDLE: NodeRunState = {
  status: "idle",
  counts: NO_COUNTS,
  startedAt: null,
  finishedAt: null,
  wait: null,
  progress: null,
  error: null,
  from: null,
};

/** Whether nothing more comes of it by itself: it ended, or its process did. */
export function isOver(status: RunStatus): boolean {
  return status !== "queued" && status !== "running" && status !== "paused";
}

/** A run that has just begun. */
export function newRun(run: RunSummary, flow: FlowFile | null = null): RunState {
  return {
    run,
    flow,
    seq: -1,
    nodes: {},
    wires: {},
    calls: [],
    wouldSend: [],
    told: [],
    errors: [],
    asked: [],
    heldAt: null,
    resumed: null,
    pace: [],
  };
}

/** A run of the past, as it was stored. */
export function runOfView(view: RunView): RunState {
  const nodes: Record<string, NodeRunState> = {};
  for (const [id, node] of Object.entries(view.nodes)) {
    nodes[id] = {
      ...IDLE,
      status: node.status ?? (isOver(view.run.status) ? "idle" : "running"),
      counts: node.counts,
      error: node.error ?? null,
    };
  }
  return { ...newRun(view.run, view.flow), nodes, wires: { ...view.wires } };
}

/** A run that is read again: what is not stored of it stays as it was heard. */
export function readAgain(before: RunState | null, view: RunView): RunState {
  const next = runOfView(view);
  if (before?.run.id !== view.run.id || isOver(view.run.status)) return next;
  const { told, asked, heldAt, resumed } = before;
  return { ...next, told, asked, heldAt, resumed };
}

function setNode(state: RunState, id: string, change: Partial<NodeRunState>): RunState {
  const node = { ...(state.nodes[id] ?? IDLE), ...change };
  return { ...state, nodes: { ...state.nodes, [id]: node } };
}

function pace(state: RunState, at: number): RunState["pace"] {
  const items = Object.values(state.nodes).reduce((sum, node) => sum + node.counts.items_in, 0);
  const recent = state.pace.filter((each) => at - each.at <= PACE_MS);
  return [...recent, { at, items }];
}

/** The pause that a node is in, unless it is over or items went on meanwhile. */
function stillWaits(
  node: NodeRunState | undefined,
  { at, counts }: { at: number; counts: NodeCounts },
): Wait | null {
  const wait = node?.wait ?? null;
  if (wait === null || at >= wait.until) return null;
  const { items_out, rejected } = counts;
  // Counts are told at every tick, so the first after the pause began also tells of what was before.
  if (wait.counted === null) return { ...wait, counted: { items_out, rejected } };
  const isStill = wait.counted.items_out === items_out && wait.counted.rejected === rejected;
  return isStill ? wait : null;
}

/** What the stored events of a past run's nodes tell besides how the nodes ended. */
export function recalled(state: RunState, events: readonly RunEvent[]): RunState {
  const told = events.filter((event) => event.type === "called" || event.type === "would_send");
  return [...told].sort((a, b) => a.seq - b.seq).reduce(take, state);
}

/** Takes one event in. An event that was taken in before changes nothing. */
export function reduceRun(state: RunState, event: RunEvent): RunState {
  if (event.seq <= state.seq) return state;
  return { ...take(state, event), seq: event.seq };
}

/** Progress is measured anew: what passed while the run was held says nothing of its speed. */
function goesOn(state: RunState, at: number): RunState {
  const nodes = { ...state.nodes };
  for (const [id, node] of Object.entries(nodes)) {
    const { progress } = node;
    if (progress === null) continue;
    nodes[id] = { ...node, progress: { ...progress, at, since: { at, done: progress.done } } };
  }
  return { ...state, nodes, heldAt: null, pace: [], run: { ...state.run, status: "running" } };
}

/** What the nodes counted is counted again, as the engine goes through the flow again. */
function beginsAnew(state: RunState, steps: number): RunState {
  const run: RunSummary = { ...state.run, status: "running" };
  return { ...newRun(run, state.flow), told: state.told, resumed: steps };
}

function advanced(state: RunState, event: RunEvent & { type: "progress" }): RunState {
  const { node, at, done, of } = event;
  const before = state.nodes[node]?.progress;
  // A loop within a loop begins again, with a number of its own.
  const isAnew = !before || before.of !== of || done < before.done;
  const since = isAnew ? { at, done } : before.since;
  return setNode(state, node, { progress: { done, of, at, since } });
}

function asks(state: RunState, event: RunEvent & { type: "asked" }): RunState {
  const { node, item, signal, question, due } = event;
  const asking = { node, item, signal, question: question ?? null, due: due ?? null };
  return { ...state, asked: [...state.asked, asking].slice(-MAX_ASKED) };
}

function take(state: RunState, event: RunEvent): RunState {
  switch (event.type) {
    case "started": {
      const { at: started_at, trigger } = event;
      return { ...state, run: { ...state.run, status: "running", started_at, trigger } };
    }
    case "resumed":
      return beginsAnew(state, event.steps);
    case "paused":
      return { ...state, heldAt: event.at, run: { ...state.run, status: "paused" } };
    case "unpaused":
      return goesOn(state, event.at);
    case "progress":
      return advanced(state, event);
    case "asked":
      return asks(state, event);
    case "answered": {
      const { node, item, signal } = event;
      const isThat = (each: Asking) =>
        each.node === node && each.item === item && each.signal === signal;
      return { ...state, asked: state.asked.filter((each) => !isThat(each)) };
    }
    case "turn":
      // Turns are drawn from the timeline; how many there were is told as progress.
      return state;
    case "node_started":
      return setNode(state, event.node, { status: "running", startedAt: event.at });
    case "passed": {
      const { items, bytes, fill } = event;
      const wire = { items, bytes, ...(fill === undefined ? {} : { fill }) };
      return { ...state, wires: { ...state.wires, [event.wire]: wire } };
    }
    case "counted": {
      const wait = stillWaits(state.nodes[event.node], event);
      const next = setNode(state, event.node, { counts: event.counts, wait });
      return { ...next, pace: pace(next, event.at) };
    }
    case "retrying": {
      const { attempt, tries, reason } = event;
      const wait = {
        until: event.at + event.wait_ms,
        reason,
        retry: { attempt, tries },
        isLong: false,
        counted: null,
      };
      return setNode(state, event.node, { wait });
    }
    case "waiting": {
      const { at, wait_ms, reason, due } = event;
      const until = due ?? at + wait_ms;
      const wait = { until, reason, retry: null, isLong: due !== undefined, counted: null };
      return setNode(state, event.node, { wait });
    }
    case "would_send": {
      const { seq, at, node, item, exchange } = event;
      const wouldSend = [...state.wouldSend, { seq, at, node, item, exchange }];
      const next = { ...state, wouldSend: wouldSend.slice(-MAX_CALLS) };
      return setNode(next, node, { wait: null, from: "dry_run" });
    }
    case "called": {
      const { seq, at, node, item, exchange } = event;
      const calls = [...state.calls, { seq, at, node, item, exchange }];
      const from = exchange.from ?? "system";
      return setNode({ ...state, calls: calls.slice(-MAX_CALLS) }, node, {
        wait: null,
        ...(from === "system" ? {} : { from }),
      });
    }
    case "rejected":
      return { ...state, errors: [...state.errors, event.error].slice(0, MAX_ERRORS) };
    case "node_finished": {
      const { status, counts, error } = event;
      const next = setNode(state, event.node, {
        status,
        counts,
        finishedAt: event.at,
        wait: null,
        error: error ?? null,
      });
      return error ? { ...next, errors: [error, ...next.errors] } : next;
    }
    case "finished": {
      const { status, took_ms, summary } = event;
      const nodes = { ...state.nodes };
      for (const [id, node] of Object.entries(nodes)) {
        if (node.status === "running") nodes[id] = { ...node, status: "cancelled", wait: null };
      }
      const run = { ...state.run, status, took_ms, summary };
      return { ...state, nodes, run, asked: [], heldAt: null };
    }
    default: {
      // An event of a newer engine: nothing is lost by passing over it.
      event satisfies never;
      return state;
    }
  }
}

/** Takes the host's summary of a run that is over. */
export function finishRun(state: RunState, run: RunSummary): RunState {
  return state.run.id === run.id ? { ...state, run } : state;
}
