import { describe, expect, test } from "vitest";
import type { RunEvent } from "../bindings/RunEvent";
import type { RunSummary } from "../bindings/RunSummary";
import { itemsPerSecond, waits } from "./pace";
import { newRun, type RunState, recalled, reduceRun } from "./run";

const RUN: RunSummary = {
  id: "r1",
  flow: "f",
  flow_name: "F",
  rev: 1,
  trigger: "manual",
  status: "running",
  started_at: 0,
  items: 0,
  rejected: 0,
  summary: "",
};

const COUNTS = { items_in: 3, items_out: 2, rejected: 1, busy_us: 10 };

const EVENTS: RunEvent[] = [
  { seq: 0, at: 1000, type: "started", trigger: "manual" },
  { seq: 1, at: 1010, type: "node_started", node: "a" },
  {
    seq: 2,
    at: 1100,
    type: "retrying",
    node: "a",
    item: "a:0",
    attempt: 1,
    tries: 4,
    wait_ms: 500,
    reason: "the shop said Retry-After",
  },
  { seq: 3, at: 1600, type: "counted", node: "a", counts: COUNTS },
  { seq: 4, at: 1700, type: "passed", wire: "a>b", items: 2, bytes: 80 },
  {
    seq: 5,
    at: 1710,
    type: "rejected",
    error: { node: "a", class: "validation", message: "no", attempts: 1 },
  },
  { seq: 6, at: 1800, type: "node_finished", node: "a", status: "rejects", counts: COUNTS },
  { seq: 7, at: 1810, type: "node_started", node: "b" },
  { seq: 8, at: 1900, type: "finished", status: "cancelled", took_ms: 900, summary: "Stopped." },
];

function play(events: RunEvent[], from: RunState = newRun(RUN)): RunState {
  return events.reduce(reduceRun, from);
}

describe("a run", () => {
  test("counts what passes each wire and what each node did", () => {
    const state = play(EVENTS);
    expect(state.wires["a>b"]).toEqual({ items: 2, bytes: 80 });
    expect(state.nodes.a).toMatchObject({ status: "rejects", counts: COUNTS, startedAt: 1010 });
    expect(state.errors).toHaveLength(1);
    expect(state.run).toMatchObject({ status: "cancelled", took_ms: 900, summary: "Stopped." });
  });

  test("passes over events that it took in already", () => {
    const once = play(EVENTS);
    expect(play(EVENTS, once)).toBe(once);
  });

  test("tells which node waits and why, until the node goes on", () => {
    expect(waits(play(EVENTS.slice(0, 3)))).toEqual([
      {
        node: "a",
        wait: {
          until: 1600,
          reason: "the shop said Retry-After",
          retry: { attempt: 1, tries: 4 },
          isLong: false,
          counted: null,
        },
      },
    ]);
    expect(waits(play(EVENTS.slice(0, 4)))).toEqual([]);
  });

  test("waits for the system's rate too, and keeps what a dry run held back", () => {
    const exchange = {
      attempt: 1,
      at: 1000,
      took_ms: 0,
      method: "POST",
      url: "http://127.0.0.1/orders",
      request_headers: [],
      response_headers: [],
      from: "dry_run" as const,
    };
    const state = play([
      { seq: 0, at: 1000, type: "node_started", node: "a" },
      { seq: 1, at: 1000, type: "waiting", node: "a", item: "a:0", wait_ms: 12_000, reason: "r" },
    ]);
    expect(waits(state)).toEqual([
      {
        node: "a",
        wait: { until: 13_000, reason: "r", retry: null, isLong: false, counted: null },
      },
    ]);
    const held: RunEvent = {
      seq: 2,
      at: 1100,
      type: "would_send",
      node: "a",
      item: "a:0",
      exchange,
    };
    const after = play([held], state);
    expect(waits(after)).toEqual([]);
    expect(after.wouldSend.map((call) => call.exchange)).toEqual([exchange]);
    expect(after.nodes.a?.from).toBe("dry_run");
  });

  test("of the past tells its calls again, in their order", () => {
    const call = (seq: number, from: "cassette" | "system"): RunEvent => ({
      seq,
      at: seq,
      type: "called",
      node: "a",
      item: "a:0",
      exchange: {
        attempt: 1,
        at: seq,
        took_ms: 1,
        method: "GET",
        url: "http://127.0.0.1/",
        request_headers: [],
        response_headers: [],
        from,
      },
    });
    const state = recalled(play(EVENTS), [call(7, "cassette"), call(3, "system")]);
    expect(state.calls.map(({ seq }) => seq)).toEqual([3, 7]);
    expect(state.nodes.a).toMatchObject({ status: "rejects", from: "cassette" });
  });

  test("goes on telling of a wait while its counts stay as they are", () => {
    const counts = { items_in: 1, items_out: 0, rejected: 0, busy_us: 5 };
    const counted = (seq: number, at: number, items_out: number): RunEvent => ({
      seq,
      at,
      type: "counted",
      node: "a",
      counts: { ...counts, items_out },
    });
    const begun = play(EVENTS.slice(0, 3));
    expect(waits(play([counted(3, 1200, 0)], begun))).toHaveLength(1);
    // The first counts after the pause began tell of items before it too.
    expect(waits(play([counted(3, 1200, 1)], begun))).toHaveLength(1);
    expect(waits(play([counted(3, 1200, 1), counted(4, 1300, 2)], begun))).toEqual([]);
    expect(waits(play([counted(3, 1600, 0)], begun))).toEqual([]);
  });

  test("that ends leaves no node running", () => {
    expect(play(EVENTS).nodes.b?.status).toBe("cancelled");
  });

  test("knows its speed from the last seconds", () => {
    const counted = (seq: number, at: number, items_in: number): RunEvent => ({
      seq,
      at,
      type: "counted",
      node: "a",
      counts: { ...COUNTS, items_in },
    });
    expect(itemsPerSecond(play([counted(0, 1000, 0)]), 1000)).toBeNull();
    const state = play([counted(0, 1000, 0), counted(1, 2000, 50)]);
    expect(itemsPerSecond(state, 2000)).toBe(50);
    // Nothing was told for a while: it goes slower, then not at all.
    expect(itemsPerSecond(state, 3500)).toBe(20);
    expect(itemsPerSecond(state, 9000)).toBeNull();
  });
});
