import { expect, test } from "vitest";
import type { RunStatus } from "../bindings/RunStatus";
import type { RunSummary } from "../bindings/RunSummary";
import { found, heardOfRun, lettingGoOn, NONE_INTERRUPTED, undecided } from "./interrupted";

function run(id: string, status: RunStatus, started_at = 0): RunSummary {
  return {
    id,
    flow: "f",
    flow_name: "F",
    rev: 1,
    trigger: "manual",
    status,
    started_at,
    items: 0,
    rejected: 0,
    summary: "",
  };
}

test("a run that began before the program and is under way goes on by itself", () => {
  const known = found(
    NONE_INTERRUPTED,
    [run("a", "interrupted")],
    [run("b", "running"), run("c", "running", 9)],
    5,
  );
  expect(known.wait.map(({ id }) => id)).toEqual(["a"]);
  expect(known.goOn.map(({ id }) => id)).toEqual(["b"]);
});

test("a run that goes on waits no longer, and one that is over is told of no longer", () => {
  const known = found(NONE_INTERRUPTED, [run("a", "interrupted")], [run("b", "running")], 5);
  const went = heardOfRun(known, run("a", "running"));
  expect(went.wait).toEqual([]);
  expect(heardOfRun(went, run("b", "ok")).goOn).toEqual([]);
  expect(heardOfRun(NONE_INTERRUPTED, run("z", "ok"))).toBe(NONE_INTERRUPTED);
});

test("what is not known and not decided about is left to the user", () => {
  const write = { step: "s", node: "n", item: "i", about: "POST", at: 0 };
  const view = {
    done: 1,
    not_done: 0,
    unknown: 2,
    writes: [
      { ...write, step: "1", state: "unknown" as const },
      { ...write, step: "2", state: "unknown" as const, decision: "done" as const },
      { ...write, step: "3", state: "done" as const },
    ],
  };
  expect(undecided(view).map(({ step }) => step)).toEqual(["1"]);
});

test("a run that the user let go on does not do so by itself, and what is put aside stays so", () => {
  const wait = [run("a", "interrupted")];
  const aside = { ...found(NONE_INTERRUPTED, wait, [], 5), isAside: true };
  const mine = found(lettingGoOn(aside, "a"), [], [run("a", "running")], 5);
  expect(mine).toMatchObject({ goOn: [], wait: [], isAside: true });
  expect(found(aside, [...wait, run("n", "interrupted")], [], 5).isAside).toBe(false);
});
