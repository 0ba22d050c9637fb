import { describe, expect, test } from "vitest";
import type { Bar } from "../bindings/Bar";
import type { Timeline } from "../bindings/Timeline";
import { barRows, drawn, inSight, marks, reduceSight, WHOLE } from "./timeline";

function bar(began: number, took_ms: number, more: Partial<Bar> = {}): Bar {
  return { kind: "call", began, took_ms, item: "a:0", failed: false, text: "", ...more };
}

const DATA: Timeline = {
  began: 1000,
  ended: 2000,
  more: false,
  summary: "",
  lanes: [
    {
      node: "a",
      name: "A",
      depth: 0,
      began: 1000,
      ended: 1500,
      critical: true,
      bars: [bar(1000, 500, { kind: "work" }), bar(1010, 100), bar(1050, 100), bar(1400, 50)],
    },
    { node: "b", name: "B", depth: 1, began: 1500, ended: 2000, critical: false, bars: [] },
  ],
};

describe("what is in sight of a run", () => {
  test("is all of it at first, and grows with it", () => {
    expect(inSight(WHOLE, DATA)).toEqual({ from: 1000, to: 2000 });
    expect(inSight(WHOLE, { ...DATA, ended: 9000 }).to).toBe(9000);
  });

  test("is zoomed around a moment that stays where it is", () => {
    const sight = reduceSight(WHOLE, DATA, { type: "zoom", factor: 0.5, around: 1200 });
    expect(sight.span).toEqual({ from: 1100, to: 1600 });
    const out = reduceSight(sight, DATA, { type: "zoom", factor: 4 });
    expect(out.span).toBeNull();
  });

  test("is moved no further than the run goes", () => {
    const sight = reduceSight(WHOLE, DATA, { type: "zoom", factor: 0.5, around: 1200 });
    expect(reduceSight(sight, DATA, { type: "pan", part: 0.2 }).span?.from).toBe(1200);
    expect(reduceSight(sight, DATA, { type: "pan", part: 9 }).span).toEqual({
      from: 1500,
      to: 2000,
    });
    expect(reduceSight(WHOLE, DATA, { type: "pan", part: 1 })).toBe(WHOLE);
  });

  test("follows the keyboard from lane to lane and from bar to bar", () => {
    const at = reduceSight(WHOLE, DATA, { type: "bar", bar: 3 });
    expect(at).toMatchObject({ lane: 0, bar: 3 });
    expect(reduceSight(at, DATA, { type: "bar", bar: 4 }).bar).toBe(3);
    expect(reduceSight(at, DATA, { type: "lane", lane: 7 })).toMatchObject({ lane: 1, bar: -1 });
    const near = { span: { from: 1000, to: 1100 }, lane: 0, bar: -1 };
    expect(reduceSight(near, DATA, { type: "bar", bar: 3 }).span).toEqual({
      from: 1375,
      to: 1475,
    });
  });
});

describe("the bars of a lane", () => {
  const [lane] = DATA.lanes;

  test("lie in rows of their own where they go at the same time", () => {
    const all = lane ? drawn(lane, { from: 1000, to: 2000 }, 0.002) : [];
    expect(all.map(({ index, row }) => [index, row])).toEqual([
      [1, 0],
      [2, 1],
      [3, 0],
    ]);
    expect(all[0]).toMatchObject({ left: 0.01, width: 0.1 });
  });

  test("are left out where they are out of sight, and one where they cannot be told apart", () => {
    expect(lane ? drawn(lane, { from: 1390, to: 1500 }, 0.002) : []).toHaveLength(1);
    const many = Array.from({ length: 500 }, (_, n) => bar(1000 + n, 0));
    const all = lane ? drawn({ ...lane, bars: many }, { from: 0, to: 100_000 }, 0.01) : [];
    expect(all.length).toBeLessThan(5);
    expect(all.reduce((sum, each) => sum + each.more + 1, 0)).toBe(500);
  });

  test("are a table too, in the order of their beginning", () => {
    expect(barRows(DATA).map(({ bar: each }) => each.began)).toEqual([1000, 1010, 1050, 1400]);
  });
});

test("the axis is marked at round moments, a few of them", () => {
  expect(marks({ from: 1000, to: 2000 }, 1000, 5)).toEqual([0, 200, 400, 600, 800, 1000]);
  expect(marks({ from: 1000, to: 4_601_000 }, 1000, 8).length).toBeLessThan(10);
});
