/** What a run of the host in memory has written, and the run as a waterfall, from its events. */
import type { Bar } from "../../bindings/Bar";
import type { Lane } from "../../bindings/Lane";
import type { RunEvent } from "../../bindings/RunEvent";
import type { RunSummary } from "../../bindings/RunSummary";
import type { Timeline } from "../../bindings/Timeline";
import type { WriteDecision } from "../../bindings/WriteDecision";
import type { WriteEntry } from "../../bindings/WriteEntry";
import type { WriteState } from "../../bindings/WriteState";
import type { WritesView } from "../../bindings/WritesView";

/** The writes of a run that was interrupted in the midst of them: `unknown` of them are not known. */
export function brokenOff(count: number, unknown: number, at: number): WriteEntry[] {
  const stateOf = (n: number): WriteState => {
    if (n >= count - unknown) return "unknown";
    return n % 9 === 8 ? "not_done" : "done";
  };
  return Array.from({ length: count }, (_, n) => ({
    step: `send/orders:0/${n}/call`,
    node: "send",
    item: `orders:0/${n}`,
    about: `POST http://127.0.0.1:9000/invoices (order ${1000 + n})`,
    state: stateOf(n),
    at: at + n * 40,
  }));
}

/** Decides about writes: those of these steps, or all that are not known. */
export function decided(
  writes: readonly WriteEntry[],
  decision: WriteDecision,
  steps: readonly string[] | undefined,
): WriteEntry[] {
  return writes.map((write) => {
    const isMeant = write.state === "unknown" && (steps?.includes(write.step) ?? true);
    return isMeant ? { ...write, decision } : write;
  });
}

/** The writes with their counts, those that are not known first. */
export function writesView(writes: readonly WriteEntry[]): WritesView {
  const count = (state: WriteState) => writes.filter((each) => each.state === state).length;
  const unknown = writes.filter(({ state }) => state === "unknown");
  const known = writes.filter(({ state }) => state !== "unknown").reverse();
  return {
    done: count("done"),
    not_done: count("not_done"),
    unknown: unknown.length,
    writes: [...unknown, ...known].slice(0, 1000),
  };
}

function barOf(event: RunEvent): Bar | null {
  switch (event.type) {
    case "called": {
      const { at, took_ms, attempt, status, method, url } = event.exchange;
      return {
        kind: "call",
        began: at,
        took_ms,
        item: event.item,
        attempt,
        ...(status === undefined ? {} : { status }),
        failed: status === undefined || status >= 400,
        text: `${method} ${url}`,
      };
    }
    case "retrying":
    case "waiting": {
      const kind = event.type === "retrying" ? "retry" : event.due === undefined ? "limit" : "wait";
      const { at: began, wait_ms: took_ms, item, reason: text } = event;
      return { kind, began, took_ms, item, failed: false, text };
    }
    case "turn": {
      const { began, took_ms, item, failed, branch } = event;
      return { kind: "turn", began, took_ms, item, failed, text: branch ?? "" };
    }
    default:
      return null;
  }
}

/** A run as a waterfall. */
export function timelineOf(
  run: RunSummary,
  events: readonly RunEvent[],
  nodes: readonly { id: string; name: string; depth: number }[],
  now: number,
): Timeline {
  const ended = run.took_ms === undefined ? now : run.started_at + run.took_ms;
  const lanes = nodes.flatMap(({ id, name, depth }): Lane[] => {
    const own = events.filter((event) => "node" in event && event.node === id);
    const started = own.find((event) => event.type === "node_started");
    if (started === undefined) return [];
    const end = own.find((event) => event.type === "node_finished");
    const until = end?.at ?? ended;
    const work: Bar = {
      kind: "work",
      began: started.at,
      took_ms: until - started.at,
      item: "",
      failed: end?.type === "node_finished" && end.status === "failed",
      text: "",
    };
    const bars = own.flatMap((event) => barOf(event) ?? []);
    return [
      {
        node: id,
        name,
        depth,
        began: started.at,
        ended: until,
        critical: false,
        bars: [work, ...bars],
      },
    ];
  });
  const length = (lane: Lane | undefined) => (lane ? lane.ended - lane.began : 0);
  const longest = [...lanes].sort((a, b) => length(b) - length(a))[0];
  return {
    began: run.started_at,
    ended,
    lanes: lanes.map((lane) => ({ ...lane, critical: lane === longest })),
    more: false,
    summary: longest ? `“${longest.name}” took the most time.` : "",
  };
}
