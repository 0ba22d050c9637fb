import { describe, expect, test } from "vitest";
import type { RunEvent } from "../bindings/RunEvent";
import type { RunSummary } from "../bindings/RunSummary";
import { waits } from "./pace";
import { newRun, type RunState, reduceRun } from "./run";

const RUN: RunSummary = {
  id: "r1",
  flow: "f",
  flow_name: "F",
  rev: 1,
  trigger: "manual",
  status: "queued",
  started_at: 0,
  items: 0,
  rejected: 0,
  summary: "",
};

type What = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, "seq"> : never) : never;

function play(...whats: What[]): RunState {
  return whats.map((what, seq): RunEvent => ({ seq, ...what })).reduce(reduceRun, newRun(RUN));
}

const STARTED: What = { at: 100, type: "started", trigger: "manual" };

describe("a run that outlasts its process", () => {
  test("waits for its turn until it begins", () => {
    expect(play().run.status).toBe("queued");
    expect(play(STARTED).run).toMatchObject({ status: "running", started_at: 100 });
  });

  test("is held and goes on, its progress measured anew", () => {
    const held: What[] = [
      STARTED,
      { at: 200, type: "progress", node: "loop", done: 1, of: 10 },
      { at: 300, type: "progress", node: "loop", done: 2, of: 10 },
      { at: 310, type: "paused" },
    ];
    expect(play(...held)).toMatchObject({ heldAt: 310, run: { status: "paused" } });
    const on = play(...held, { at: 9000, type: "unpaused" });
    expect(on).toMatchObject({ heldAt: null, run: { status: "running" } });
    expect(on.nodes.loop?.progress).toEqual({
      done: 2,
      of: 10,
      at: 9000,
      since: { at: 9000, done: 2 },
    });
  });

  test("counts anew when it goes on after its process ended", () => {
    const state = play(
      STARTED,
      { at: 110, type: "node_started", node: "a" },
      { at: 120, type: "passed", wire: "a>b", items: 9, bytes: 80, fill: 90 },
      { at: 5000, type: "resumed", steps: 12 },
    );
    expect(state).toMatchObject({ nodes: {}, wires: {}, resumed: 12, seq: 3 });
    expect(state.run).toMatchObject({ status: "running", started_at: 100 });
  });

  test("shows how full a wire is while that is told", () => {
    const full = play(STARTED, {
      at: 120,
      type: "passed",
      wire: "a>b",
      items: 9,
      bytes: 80,
      fill: 90,
    });
    expect(full.wires["a>b"]).toEqual({ items: 9, bytes: 80, fill: 90 });
  });

  test("lists what is asked until it is answered", () => {
    const asked: What = {
      at: 120,
      type: "asked",
      node: "ok",
      item: "a:0/1",
      signal: "s1",
      question: "Send it?",
      value: {},
    };
    expect(play(STARTED, asked).asked).toEqual([
      { node: "ok", item: "a:0/1", signal: "s1", question: "Send it?", due: null },
    ]);
    const answered: What = {
      at: 130,
      type: "answered",
      node: "ok",
      item: "a:0/1",
      signal: "s1",
      outcome: "approved",
    };
    expect(play(STARTED, asked, answered).asked).toEqual([]);
  });

  test("knows the time to which a long wait goes", () => {
    const wait: What = {
      at: 120,
      type: "waiting",
      node: "a",
      item: "a:0",
      wait_ms: 10,
      reason: "until 14:00",
      due: 90_000,
    };
    expect(waits(play(STARTED, wait))[0]?.wait).toMatchObject({ until: 90_000, isLong: true });
  });
});
