/** The runs of the host in memory: begun, held, stopped, listed, and gone on with. */
import type { FlowFile } from "../../bindings/FlowFile";
import type { NodeRun } from "../../bindings/NodeRun";
import type { Retention } from "../../bindings/Retention";
import type { RunEvent } from "../../bindings/RunEvent";
import type { RunSummary } from "../../bindings/RunSummary";
import type { UiEvent } from "../../bindings/UiEvent";
import type { WriteEntry } from "../../bindings/WriteEntry";
import { walk } from "../../model/flow";
import { isOver, newRun, type RunState, reduceRun } from "../../model/run";
import type { CommandName, Commands } from "../commands";
import { HostError } from "../host";
import { brokenOff, decided, timelineOf, writesView } from "./durable";
import { look } from "./findings";
import type { Sketch } from "./flows";
import { freshnessOf, type LastRun, planOf } from "./partial";
import { listed, pastRuns } from "./past";
import { type Played, playRun } from "./run";

type Command = Exclude<
  Extract<CommandName, `runs.${string}` | "flows.freshness">,
  "runs.told" | "runs.har"
>;
type Handlers = { [K in Command]: (args: Commands[K]["args"]) => Commands[K]["ret"] };

type StoredRun = {
  run: RunSummary;
  sketch: Sketch;
  events: RunEvent[];
  writes: WriteEntry[];
  played?: Played;
};

/** What such a host begins with. */
export type Begun = {
  /** How many runs lie behind it. */
  past?: number;
  /** How many runs were interrupted; each second one has writes that are not known. */
  interrupted?: number;
};

type World = {
  stored: (flow: string) => Sketch & { rev: number };
  sketches: readonly Sketch[];
  tell: (events: UiEvent[]) => void;
};

const BYTES_A_RUN = 41_000;

function refusedWhileBroken(flow: FlowFile): void {
  if (look(flow).diagnostics.some((each) => each.severity === "error")) {
    throw new HostError({ code: "broken", message: "The flow has errors. Mend them first." });
  }
}

function nodesOf({ nodes }: RunState): Record<string, NodeRun> {
  return Object.fromEntries(
    Object.entries(nodes).map(([node, { status, counts, error }]) => [
      node,
      {
        counts,
        ...(status === "running" || status === "idle" ? {} : { status }),
        ...(error ? { error } : {}),
      },
    ]),
  );
}

/** The flow's nodes as lanes: named, and with how deep they stand. */
function lanesOf({ flow }: Sketch) {
  const { nodes } = look(flow);
  const depths = new Map<string | null, number>([[null, 0]]);
  return [...walk(flow)].map(({ node, scope }) => {
    const depth = depths.get(scope) ?? 0;
    depths.set(node.id, depth + 1);
    return { id: node.id, name: nodes[node.id]?.title ?? node.id, depth };
  });
}

/** The handlers of runs, and the newest run of a flow. */
export function memoryRuns({ stored, sketches, tell }: World, begun: Begun = {}) {
  // Oldest first, as they are begun.
  const runs = new Map<string, StoredRun>();
  let retention: Retention = { days: 90, mb: 4096 };
  const newestFirst = () => [...runs.values()].map((each) => each.run).reverse();
  const one = (id: string): StoredRun => {
    const run = runs.get(id);
    if (!run) throw new HostError({ code: "not_found", message: `There is no run ${id}.` });
    return run;
  };
  const play = (
    run: RunSummary,
    sketch: Sketch,
    only: string | undefined,
    before: Partial<StoredRun>,
  ) => {
    const { events = [], writes = [] } = before;
    const kept: StoredRun = { run, sketch, events: [...events], writes };
    runs.set(run.id, kept);
    tell([{ type: "run_started", run }]);
    const hear = (event: RunEvent) => {
      kept.events.push(event);
      kept.run = reduceRun(newRun(kept.run), event).run;
      tell([{ type: "run", run: run.id, flow: run.flow, events: [event] }]);
      if (event.type !== "finished") return;
      kept.run = { ...kept.run, items: 11, rejected: 1 };
      tell([{ type: "run_finished", run: kept.run }]);
    };
    kept.played = playRun(sketch.flow, run, only, hear, events.length);
    return run;
  };
  const fresh = ({ flow }: Sketch, rev: number, trigger: string): RunSummary => ({
    id: `run-${String(runs.size + 1).padStart(4, "0")}`,
    flow: flow.id,
    flow_name: flow.name,
    rev,
    trigger,
    status: "running",
    started_at: Date.now(),
    items: 0,
    rejected: 0,
    summary: "",
  });
  const start = ({ flow: id, node }: Commands["runs.start"]["args"]): RunSummary => {
    const { flow, layout, rev } = stored(id);
    refusedWhileBroken(flow);
    return play(fresh({ flow, layout }, rev, "manual"), { flow, layout }, node, {});
  };
  layPast(runs, sketches, begun);
  const last = (flow: string): LastRun | null => {
    const found = [...runs.values()]
      .reverse()
      .find(({ run, events }) => run.flow === flow && isOver(run.status) && events.length > 0);
    if (!found) return null;
    const ran = found.events.flatMap((event) => (event.type === "node_finished" ? event.node : []));
    return { id: found.run.id, flow: found.sketch.flow, ran: new Set(ran) };
  };

  const handlers: Handlers = {
    "runs.start": start,
    "runs.retry": ({ run: id }) => {
      const { run, sketch } = one(id);
      const again = fresh(sketch, run.rev, "retry");
      return play({ ...again, parent: run.id }, sketch, undefined, {});
    },
    "runs.cancel": ({ run }) => {
      one(run).played?.stop();
      return null;
    },
    "runs.pause": ({ run }) => {
      one(run).played?.hold();
      return null;
    },
    "runs.unpause": ({ run }) => {
      one(run).played?.goOn();
      return null;
    },
    "runs.resume": ({ run: id }) => {
      const { run, sketch, events, writes } = one(id);
      if (writes.some(({ state, decision }) => state === "unknown" && !decision)) {
        const message = "Decide first what is to become of the writes that are not known.";
        throw new HostError({ code: "invalid", message });
      }
      return play({ ...run, status: "running", summary: "" }, sketch, undefined, {
        events,
        writes,
      });
    },
    "runs.writes": ({ run }) => writesView(one(run).writes),
    "runs.decide": ({ run: id, decision, steps }) => {
      const run = one(id);
      run.writes = decided(run.writes, decision, steps);
      return writesView(run.writes);
    },
    "runs.timeline": ({ run: id }) => {
      const { run, sketch, events } = one(id);
      return timelineOf(run, events, lanesOf(sketch), Date.now());
    },
    "runs.plan": ({ flow: id, ...part }) => {
      const { flow } = stored(id);
      const { nodes } = look(flow);
      return planOf(flow, (node) => nodes[node]?.title ?? node, freshnessOf(flow, last(id)), part);
    },
    "flows.freshness": ({ flow: id }) => freshnessOf(stored(id).flow, last(id)),
    "runs.history": () => {
      const oldest = [...runs.values()][0]?.run.started_at;
      const bytes = runs.size * BYTES_A_RUN;
      return { runs: runs.size, bytes, retention, ...(oldest === undefined ? {} : { oldest }) };
    },
    "runs.keep": (keep) => {
      retention = keep;
      const before = runs.size;
      const since = keep.days === undefined ? 0 : Date.now() - keep.days * 86_400_000;
      const perFlow = new Map<string, number>();
      const room = keep.mb === undefined ? Infinity : (keep.mb * 1_000_000) / BYTES_A_RUN;
      for (const run of newestFirst()) {
        const n = (perFlow.get(run.flow) ?? 0) + 1;
        perFlow.set(run.flow, n);
        const isKept = run.started_at >= since && n <= (keep.runs ?? n) && n <= room;
        if (!isKept && isOver(run.status)) runs.delete(run.id);
      }
      return { runs: before - runs.size, left: runs.size * BYTES_A_RUN };
    },
    "runs.list": (asked) => listed(newestFirst(), asked),
    "runs.open": ({ run: id }) => {
      const { run, sketch, events } = one(id);
      const state = events.reduce(reduceRun, newRun(run));
      const findings = look(sketch.flow);
      return { run, ...sketch, findings, nodes: nodesOf(state), wires: state.wires };
    },
    "runs.delete": ({ run }) => {
      runs.delete(run);
      return null;
    },
    "runs.items": ({ offset, limit }) => ({
      items: Array.from({ length: Math.min(limit, Math.max(0, 11 - offset)) }, (_, n) => ({
        item: `orders:0/${offset + n}`,
        value: {
          id: 1000 + offset + n,
          total: 120.5 + n * 13,
          customer: { name: "Ada Lovelace", city: n % 3 ? "London" : null },
          lines: [{ sku: "A-1", n: 2 }],
          paid: n % 2 === 0,
        },
      })),
      total: 11,
      kept: 11,
    }),
    "runs.schema": () => ({
      count: 11,
      kinds: { null: 0, boolean: 0, number: 0, text: 0, list: 0, object: 11 },
      optional: false,
      nullable: false,
      is_whole: true,
      more_fields: false,
    }),
    "runs.node": ({ run, node }) => ({
      events: one(run).events.filter((event) => "node" in event && event.node === node),
      more: false,
    }),
    "runs.errors": ({ run }) =>
      one(run).events.flatMap((event) => (event.type === "rejected" ? [event.error] : [])),
  };
  return {
    handlers,
    lastOf: (flow: string) => newestFirst().find((run) => run.flow === flow),
  };
}

/** Puts the runs in that lie behind the host, the oldest first. */
function layPast(runs: Map<string, StoredRun>, sketches: readonly Sketch[], begun: Begun): void {
  const now = Date.now();
  const [sketch] = sketches;
  if (sketch === undefined) return;
  const past = pastRuns(
    sketches.map(({ flow }) => flow),
    begun.past ?? 0,
    now,
  );
  for (const run of past.reverse()) {
    const its = sketches.find(({ flow }) => flow.id === run.flow) ?? sketch;
    runs.set(run.id, { run, sketch: its, events: [], writes: [] });
  }
  for (let n = 0; n < (begun.interrupted ?? 0); n += 1) {
    const run: RunSummary = {
      id: `interrupted-${n}`,
      flow: sketch.flow.id,
      flow_name: sketch.flow.name,
      rev: 1,
      trigger: "schedule",
      status: "interrupted",
      started_at: now - (n + 20) * 60_000,
      items: 0,
      rejected: 0,
      summary: "Its process ended before it did.",
    };
    const writes = brokenOff(40, n % 2 === 0 ? 3 : 0, run.started_at);
    const events: RunEvent[] = [
      { seq: 0, at: run.started_at, type: "started", trigger: "schedule" },
    ];
    runs.set(run.id, { run, sketch, events, writes });
  }
}
