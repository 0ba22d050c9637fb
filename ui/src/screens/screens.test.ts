import { describe, expect, it } from "vitest";
import type { FlowFile } from "../bindings/FlowFile";
import { formatAgo } from "../words/format";
import { pairFiles } from "./importing";
import { flowsMatching } from "./searching";
import { thumbnailOf } from "./thumbnail";

const FLOW: FlowFile = {
  gantry: 1,
  id: "f",
  name: "Orders",
  nodes: [
    { id: "start", type: "trigger.manual" },
    { id: "orders", type: "http.request" },
    { id: "big", type: "data.filter" },
  ],
  wires: [
    { from: "start", to: "orders" },
    { from: "orders", to: "big" },
  ],
};

describe("the picture of a flow", () => {
  it("sets nodes without a place out from left to right, inside the picture", () => {
    const { boxes, curves } = thumbnailOf(FLOW, { nodes: {} });
    const [first, second, third] = boxes.map((box) => box.x);
    expect(first).toBeLessThan(second ?? 0);
    expect(second).toBeLessThan(third ?? 0);
    expect(Math.min(...boxes.map((box) => box.x))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...boxes.map((box) => box.x + box.width))).toBeLessThanOrEqual(560);
    expect(curves).toHaveLength(2);
  });

  it("is empty for an empty flow", () => {
    expect(thumbnailOf({ ...FLOW, nodes: [], wires: [] }, { nodes: {} }).boxes).toEqual([]);
  });
});

describe("importing", () => {
  it("pairs a flow with the layout of the same name", () => {
    const pairs = pairFiles([
      { name: "a.layout.json", text: "L" },
      { name: "a.flow.json", text: "F" },
      { name: "other.json", text: "O" },
    ]);
    expect(pairs).toEqual([
      { text: "F", layout: "L" },
      { text: "O", layout: undefined },
    ]);
  });
});

describe("lists", () => {
  it("find flows that hold every word", () => {
    const flow = {
      id: "f",
      name: "Orders to ERP",
      about: "Daily",
      saved_at: 0,
      nodes: 1,
      types: ["http.request"],
      errors: 0,
    };
    expect(flowsMatching([flow], "erp daily")).toHaveLength(1);
    expect(flowsMatching([flow], "erp weekly")).toHaveLength(0);
  });

  it("tell times relative up to a day", () => {
    const now = Date.UTC(2026, 10, 22, 12);
    expect(formatAgo(now - 4 * 60_000, now)).toContain("4");
    expect(formatAgo(now - 3 * 86_400_000, now)).toContain("2026");
  });
});
