import { describe, expect, test } from "vitest";
import { CATALOGUE } from "../host/memory/catalogue";
import { look } from "../host/memory/findings";
import { SAMPLE } from "../host/memory/flows";
import { edgeMaker, NOT_DRAGGING, nodeMaker, type Scene } from "./canvas";
import { applyEdit } from "./edit";
import { findInFlow } from "./find";
import { selectNodes } from "./selection";
import { complete } from "./tidy";

const FINDINGS = look(SAMPLE.flow);
const WORLD = { flow: SAMPLE.flow, findings: FINDINGS, catalogue: CATALOGUE };

const SCENE: Scene = {
  ...WORLD,
  layout: complete(WORLD, SAMPLE.layout),
  selection: selectNodes([]),
  dragging: NOT_DRAGGING,
};

const label = (from: string, to: string) => `${from} to ${to}`;

describe("what the canvas shows", () => {
  test("has a node for each node, those inside scopes as their children", () => {
    const nodes = nodeMaker()(SCENE);
    expect(nodes).toHaveLength(12);
    expect(nodes.find((node) => node.id === "post")?.parentId).toBe("each");
    expect(nodes.findIndex((n) => n.id === "each")).toBeLessThan(
      nodes.findIndex((n) => n.id === "post"),
    );
  });

  test("names each node by its title and its type", () => {
    const big = nodeMaker()(SCENE).find((node) => node.id === "big");
    expect(big?.ariaLabel).toBe("Large orders, Filter");
    expect(big?.handles?.map((handle) => `${handle.type} ${handle.id}`)).toEqual([
      "target in",
      "source kept",
      "source dropped",
    ]);
  });

  test("keeps the identity of all that did not change", () => {
    const make = nodeMaker();
    const before = make(SCENE);
    const { drawing } = applyEdit(SCENE, {
      type: "set_node",
      node: "big",
      key: "/note",
      value: "x",
    });
    const after = make({ ...SCENE, flow: drawing.flow, findings: look(drawing.flow) });
    const changed = after.filter((node, index) => node !== before[index]).map((node) => node.id);
    expect(changed).toEqual(["big"]);
  });

  test("drawn again for a drag changes only what is dragged", () => {
    const make = nodeMaker();
    const before = make(SCENE);
    const after = make({ ...SCENE, dragging: new Map([["start", { x: 5, y: 5 }]]) });
    expect(after.filter((node, index) => node !== before[index]).map((node) => node.id)).toEqual([
      "start",
    ]);
  });

  test("leaves out what lies in a folded scope", () => {
    const layout = { nodes: { ...SCENE.layout.nodes, each: { x: 0, y: 0, folded: true } } };
    const folded = { ...SCENE, layout };
    expect(nodeMaker()(folded).map((node) => node.id)).not.toContain("post");
    expect(edgeMaker(label)(folded).map((edge) => edge.id)).not.toContain("lines>post");
  });

  test("numbers the wires of one output, and marks errors", () => {
    const edges = edgeMaker(label)(SCENE);
    const of = (id: string) => edges.find((edge) => edge.id === id);
    expect(of("start>orders")?.data?.order).toBe(1);
    expect(of("start>customers")?.data?.order).toBe(2);
    expect(of("orders>big")?.data?.order).toBeNull();
    expect(of("orders.error>alarm")?.data?.errors).toBe(true);
    expect(of("big>match.left")).toMatchObject({ sourceHandle: "kept", targetHandle: "left" });
  });
});

describe("finding in a flow", () => {
  const find = (query: string) => findInFlow(SAMPLE.flow, FINDINGS, CATALOGUE, query);

  test("looks at names, parameters and notes, those inside scopes too", () => {
    expect(find("large").map((hit) => hit.node)).toEqual(["big"]);
    expect(find("vars.erp")).toMatchObject([{ node: "post", key: "/params/url" }]);
    expect(find("at most 50")).toMatchObject([{ node: "customers", key: "/note" }]);
    expect(find("zzz")).toEqual([]);
  });

  test("lists all nodes when nothing is asked for", () => {
    expect(find("")).toHaveLength(12);
  });
});
