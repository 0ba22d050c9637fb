import type { Exchange } from "../../bindings/Exchange";
import type { FlowFile } from "../../bindings/FlowFile";
import type { ItemError } from "../../bindings/ItemError";
import type { RunEvent } from "../../bindings/RunEvent";
import type { RunSummary } from "../../bindings/RunSummary";
import type { UiEvent } from "../../bindings/UiEvent";
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
    const rejects = node.type === "data.join";
    if (rejects) made.push({ type: "rejected", error: reject(node.id) });
    const all = [...flow.wires, ...[...walk(flow)].flatMap((each) => each.node.body?.wires ?? [])];
    for (const wire of all.filter((each) => each.from.split(".")[0] === node.id)) {
      const items = wire.from.includes("error") ? 1 : wire.from.includes("dropped") ? 3 : 11;
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

/** Plays a run's events one after the other; the returned function stops it. */
export function playRun(
  flow: FlowFile,
  run: RunSummary,
  only: string | undefined,
  tell: (events: UiEvent[]) => void,
  finished: (run: RunSummary, events: RunEvent[]) => void,
): () => void {
  const left = steps(flow, only);
  const told: RunEvent[] = [];
  const next = (what: What) => {
    const event: RunEvent = { seq: told.length, at: Date.now(), ...what };
    told.push(event);
    tell([{ type: "run", run: run.id, flow: flow.id, events: [event] }]);
    return event;
  };
  const end = (event: RunEvent) => {
    if (event.type !== "finished") return;
    clearInterval(timer);
    finished(
      {
        ...run,
        status: event.status,
        took_ms: event.took_ms,
        items: 11,
        rejected: 1,
        summary: event.summary,
      },
      told,
    );
  };
  const timer = setInterval(() => {
    const what = left.shift();
    if (what) end(next(what));
  }, STEP_MS);
  return () => {
    if (left.length === 0) return;
    left.length = 0;
    end(
      next({
        type: "finished",
        status: "cancelled",
        took_ms: told.length * STEP_MS,
        summary: "You stopped the run.",
      }),
    );
  };
}
