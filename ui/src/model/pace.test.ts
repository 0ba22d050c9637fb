import { expect, test } from "vitest";
import type { RunEvent } from "../bindings/RunEvent";
import { fillLevel, timeLeft } from "./pace";
import { newRun, type RunState, reduceRun } from "./run";

const RUN = newRun({
  id: "r",
  flow: "f",
  flow_name: "F",
  rev: 1,
  trigger: "manual",
  status: "running",
  started_at: 0,
  items: 0,
  rejected: 0,
  summary: "",
});

/** Progress of a loop, each step as [when, done, of]. */
function progress(...steps: [number, number, number][]): RunState {
  const events: RunEvent[] = [
    { seq: 0, at: 0, type: "node_started", node: "loop" },
    ...steps.map(
      ([at, done, of], n): RunEvent => ({
        seq: n + 1,
        at,
        type: "progress",
        node: "loop",
        done,
        of,
      }),
    ),
  ];
  return events.reduce(reduceRun, RUN);
}

test("the time left follows from the speed so far, and runs down in between", () => {
  const state = progress([0, 0, 100], [10_000, 20, 100]);
  expect(timeLeft(state, 10_000)).toBe(40_000);
  expect(timeLeft(state, 15_000)).toBe(35_000);
});

test("too little was seen to tell the time left", () => {
  expect(timeLeft(progress([0, 0, 100]), 500)).toBeNull();
  expect(timeLeft(progress([0, 0, 100], [1000, 10, 100]), 1000)).toBeNull();
  expect(timeLeft(progress([0, 100, 100], [9000, 100, 100]), 9000)).toBeNull();
});

test("a loop that begins again is measured anew", () => {
  const state = progress([0, 0, 10], [5000, 10, 10], [6000, 1, 10], [8000, 3, 10]);
  expect(timeLeft(state, 8000)).toBe(7000);
});

test("nothing is left to tell while the run is held", () => {
  const state = progress([0, 0, 100], [10_000, 20, 100]);
  const held = reduceRun(state, { seq: 9, at: 11_000, type: "paused" });
  expect(timeLeft(held, 12_000)).toBeNull();
});

test("a channel is fine up to 60 %, full from 86 % on", () => {
  expect([0, 60, 61, 85, 86, 100].map(fillLevel)).toEqual([
    "low",
    "low",
    "middle",
    "middle",
    "high",
    "high",
  ]);
});
