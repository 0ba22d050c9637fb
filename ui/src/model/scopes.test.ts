import { expect, test } from "vitest";
import type { Example } from "../bindings/Example";
import type { NodeInfo } from "../bindings/NodeInfo";
import { homeFirst, homesOf, scopesAround } from "./homes";
import { branchesOf, hasLanes, lanesOf } from "./lanes";

function node(id: string, type = "t") {
  return { id, type };
}

function info(type: string, ...around: string[]): NodeInfo {
  const examples = around.map((scope): Example => {
    const example = { title: "", params: {}, input: [], around: { type: scope } };
    return example;
  });
  return {
    type,
    title: type,
    about: "",
    docs: "",
    family: "control",
    icon: "",
    keywords: [],
    consumes: "each",
    inputs: [],
    outputs: [],
    fields: [],
    writes: false,
    examples,
  };
}

const GRAPH = {
  nodes: ["a", "b", "c", "d"].map((id) => node(id)),
  wires: [{ from: "c", to: "b" }],
};

test("nodes that wires join are a branch, in the order of the file", () => {
  const ids = branchesOf(GRAPH).map((branch) => branch.map(({ id }) => id));
  expect(ids).toEqual([["a"], ["b", "c"], ["d"]]);
  expect(hasLanes(GRAPH)).toBe(true);
  expect(hasLanes({ nodes: GRAPH.nodes.slice(1, 3), wires: GRAPH.wires })).toBe(false);
});

test("a lane holds all nodes of its branch and leaves room for its name", () => {
  const boxes: Record<string, { x: number; y: number; width: number; height: number }> = {
    b: { x: 100, y: 100, width: 200, height: 56 },
    c: { x: 400, y: 160, width: 200, height: 56 },
  };
  const graph = { nodes: [node("b"), node("c"), node("e")], wires: GRAPH.wires };
  const [lane, ...others] = lanesOf(
    graph,
    (id) => boxes[id],
    (_branch, n) => `${n}`,
  );
  expect(lane).toEqual({ x: 90, y: 82, width: 520, height: 144, label: "1" });
  // A node without a place is not drawn.
  expect(others).toEqual([]);
});

test("what the examples show inside a scope belongs there", () => {
  const types = [info("plain"), info("catch", "scope.try"), info("leave", "scope.loop")];
  expect(types.map(homesOf)).toEqual([[], ["scope.try"], ["scope.loop"]]);
  const { home, others } = homeFirst(types, ["scope.try"]);
  expect(home.map(({ type }) => type)).toEqual(["catch"]);
  expect(others.map(({ type }) => type)).toEqual(["plain", "leave"]);
});

test("all scopes around a place count, the nearest first", () => {
  const inner = { ...node("inner", "scope.try"), body: { nodes: [node("x")], wires: [] } };
  const outer = { ...node("outer", "scope.loop"), body: { nodes: [inner], wires: [] } };
  const flow = { gantry: 1, id: "f", name: "F", nodes: [outer], wires: [] };
  expect(scopesAround(flow, "inner")).toEqual(["scope.try", "scope.loop"]);
  expect(scopesAround(flow, null)).toEqual([]);
});
