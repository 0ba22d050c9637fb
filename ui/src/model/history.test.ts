import { describe, expect, test } from "vitest";
import type { RunSummary } from "../bindings/RunSummary";
import {
  ALL_RUNS,
  arrived,
  askedAnew,
  askedOf,
  askedOlder,
  boundsOf,
  type History,
  isNarrowed,
  NO_HISTORY,
  narrowed,
  PAGE,
  refused,
  told,
  withoutRun,
  withRun,
} from "./history";

function run(n: number, more: Partial<RunSummary> = {}): RunSummary {
  return {
    id: `r${n}`,
    flow: "f",
    flow_name: "F",
    rev: 1,
    trigger: "manual",
    status: "ok",
    started_at: n * 1000,
    items: 0,
    rejected: 0,
    summary: "",
    ...more,
  };
}

const ids = (history: History) => history.runs?.map(({ id }) => id);
const page = (from: number) => Array.from({ length: PAGE }, (_, n) => run(from - n));

describe("the list of runs", () => {
  test("is read page by page, each run once", () => {
    const asked = askedAnew(NO_HISTORY);
    const first = arrived(asked, asked.asked, undefined, page(1000));
    expect(first).toMatchObject({ hasMore: true, isAsking: false });
    const older = arrived(askedOlder(first), first.asked, "r801", [run(801), run(800)]);
    expect(older.runs).toHaveLength(PAGE + 1);
    expect(older.hasMore).toBe(false);
  });

  test("passes over the answer to an older question", () => {
    const first = askedAnew(NO_HISTORY);
    const second = askedAnew(narrowed(first, { text: "shop" }));
    expect(arrived(second, first.asked, undefined, [run(1)])).toBe(second);
    expect(refused(second, first.asked, undefined, "no")).toBe(second);
  });

  test("keeps what was read where an older page cannot be read", () => {
    const shown = { ...NO_HISTORY, runs: [run(1)] };
    expect(refused(shown, 0, "r1", "no")).toMatchObject({ runs: [run(1)], error: "no" });
    expect(refused(shown, 0, undefined, "no").runs).toBeNull();
  });

  test("asks for what it is narrowed by, and for nothing else", () => {
    expect(askedOf(ALL_RUNS, 0, undefined)).toEqual({ limit: PAGE });
    const filter = {
      ...ALL_RUNS,
      status: "failed" as const,
      text: " shop ",
      range: "day" as const,
    };
    expect(askedOf(filter, 90_000_000, "r7")).toEqual({
      limit: PAGE,
      status: "failed",
      text: "shop",
      since: 3_600_000,
      before: "r7",
    });
    expect(isNarrowed(ALL_RUNS)).toBe(false);
    expect(isNarrowed({ ...ALL_RUNS, range: "hour" })).toBe(true);
  });

  test("takes certain days whole, the last one too", () => {
    const days = { ...ALL_RUNS, range: "days" as const, from: "2026-11-21", to: "2026-11-22" };
    expect(boundsOf(days, 0)).toEqual({
      since: new Date("2026-11-21T00:00:00").getTime(),
      until: new Date("2026-11-23T00:00:00").getTime(),
    });
    expect(boundsOf({ ...days, from: "2026-1", to: "" }, 0)).toEqual({});
  });

  test("takes a run in that began or ended while one looks", () => {
    const shown = { ...NO_HISTORY, runs: [run(3), run(1)] };
    expect(ids(withRun(shown, run(9), 0))).toEqual(["r9", "r3", "r1"]);
    expect(ids(withRun(shown, run(2), 0))).toEqual(["r3", "r2", "r1"]);
    expect(withRun(shown, run(3, { status: "failed" }), 0).runs?.[0]?.status).toBe("failed");
    const failedOnly = narrowed(shown, { status: "failed" });
    expect(withRun(failedOnly, run(9), 0)).toBe(failedOnly);
    const search = narrowed(shown, { text: "x" });
    expect(withRun(search, run(9), 0)).toBe(search);
  });

  test("shows that a run is held, and forgets one that was deleted", () => {
    const shown = { ...NO_HISTORY, runs: [run(3, { status: "running" }), run(1)] };
    expect(told(shown, "r3", [{ seq: 4, at: 1, type: "paused" }]).runs?.[0]?.status).toBe("paused");
    expect(told(shown, "r8", [{ seq: 4, at: 1, type: "paused" }])).toBe(shown);
    expect(ids(withoutRun(shown, "r3"))).toEqual(["r1"]);
  });
});
