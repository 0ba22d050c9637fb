import type { Exchange } from "../../bindings/Exchange";
import type { FlowFile } from "../../bindings/FlowFile";
import type { ItemError } from "../../bindings/ItemError";
import type { RunEvent } from "../../bindings/RunEvent";
import type { RunSummary } from "../../bindings/RunSummary";
import { walk, wireId } from "../../model/flow";

type What = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, "seq" | "at"> : never) : never;

const STEP_MS = 260;

function call(node: string, attempt: number, status: number): Exchange {
  return {
    attempt,
    at: Date.now(),
    took_ms: 40 + node.length * 7,
    method: node === "post" ? "POST" : "GET",
    url: `http://127.0.0.1:9000/${node}?page=${attempt}`,
    request_headers: [["accept", "application/json"]],
    status,
    response_headers: [["content-type", "application/json"]],
    response_body: { text: '{"ok":true}', bytes: 11, cut: false },
  };
}

function reject(node: string): ItemError {
  return {
    node,
    class: "validation",
    message: "Order 1007 has no customer number, so no customer can be matched.",
    advice:
      "The other 11 orders are fine, so this is the data, not the set-up. Mend the order and try again.",
    item: `${node}:0/7`,
    value: { id: 1007, total: 240 },
    attempts: 1,
  };
}

function steps(flow: FlowFile, only: string | undefined): What[] {
  const made: What[] = [{ type: "started", trigger: "manual" }];
  for (const { node } of walk(flow)) {
    if ((only !== undefined && only !== node.id) || node.disabled) continue;
    const counts = { items_in: 12, items_out: 12, rejected: 0, busy_us: 240_000 };
    made.push({ type: "node_started", node: node.id });
    if (node.type === "http.request") {
      made.push({
        type: "called",
        node: node.id,
        item: `${node.id}:0`,
        exchange: call(node.id, 1, 503),
      });
      made.push({
        type: "retrying",
        node: node.id,
        item: `${node.id}:0`,
        attempt: 1,
        tries: 4,
        wait_ms: 900,
        reason: "the shop said Retry-After",
      });
      made.push({ type: "counted", node: node.id, counts });
      made.push({
        type: "called",
        node: node.id,
        item: `${node.id}:0`,
        exchange: call(node.id, 2, 200),
      });
    }
    if (node.body) {
      for (const done of [2, 5, 8, 12])
        made.push({ type: "progress", node: node.id, done, of: 12 });
    }
    const rejects = node.type === "data.join";
    if (rejects) made.push({ type: "rejected", error: reject(node.id) });
    const all = [...flow.wires, ...[...walk(flow)].flatMap((each) => each.node.body?.wires ?? [])];
    for (const wire of all.filter((each) => each.from.split(".")[0] === node.id)) {
      const items = wire.from.includes("error") ? 1 : wire.from.includes("dropped") ? 3 : 11;
      for (const part of [0.3, 0.7]) {
        const passed = Math.ceil(items * part);
        const fill = Math.round(part * 100 + (wire.to.length % 4) * 9);
        made.push({ type: "passed", wire: wireId(wire), items: passed, bytes: passed * 311, fill });
      }
      made.push({ type: "passed", wire: wireId(wire), items, bytes: items * 311 });
    }
    made.push({
      type: "node_finished",
      node: node.id,
      status: rejects ? "rejects" : "ok",
      counts: rejects ? { ...counts, items_out: 11, rejected: 1 } : counts,
    });
  }
  const ended: What = {
    type: "finished",
    status: "ok_with_rejects",
    took_ms: made.length * STEP_MS,
    summary: "11 orders came through, 1 was rejected.",
  };
  return [...made, ended];
}

/** A run that is played. */
export type Played = { stop: () => void; hold: () => void; goOn: () => void };

/**
 * Plays a run's events one after the other, each told as it happens. A run that is resumed is played
 * from its start again; its events count on from those it had.
 */
export function playRun(
  flow: FlowFile,
  run: RunSummary,
  only: string | undefined,
  tell: (event: RunEvent) => void,
  had = 0,
): Played {
  const [begins, ...left] = steps(flow, only);
  if (had > 0) left.unshift({ type: "resumed", steps: had });
  else if (begins) left.unshift(begins);
  let seq = had;
  let isHeld = false;
  const next = (what: What) => {
    const at = Date.now();
    const made = what.type === "called" ? { ...what, exchange: { ...what.exchange, at } } : what;
    tell({ seq, at, ...made });
    seq += 1;
    if (what.type === "finished") clearInterval(timer);
  };
  const timer = setInterval(() => {
    const what = isHeld ? undefined : left.shift();
    if (what) next(what);
  }, STEP_MS);
  return {
    stop: () => {
      if (left.length === 0) return;
      left.length = 0;
      const took_ms = Date.now() - run.started_at;
      next({ type: "finished", status: "cancelled", took_ms, summary: "You stopped the run." });
    },
    hold: () => {
      if (isHeld || left.length === 0) return;
      isHeld = true;
      next({ type: "paused" });
    },
    goOn: () => {
      if (!isHeld) return;
      isHeld = false;
      next({ type: "unpaused" });
    },
  };
}
