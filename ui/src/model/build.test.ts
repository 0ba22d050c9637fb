import { describe, expect, test } from "vitest";
import type { Edit } from "../bindings/Edit";
import type { FlowFile } from "../bindings/FlowFile";
import { CATALOGUE } from "../host/memory/catalogue";
import { look } from "../host/memory/findings";
import { SAMPLE } from "../host/memory/flows";
import { addNode, connect, heal, moveInto, reconnect, spliceNode } from "./build";
import { copyText, paste, readClip } from "./clipboard";
import { applyEdit } from "./edit";
import { typeInfo } from "./facts";
import { findNode, wireId } from "./flow";
import { refusal, type World } from "./ports";
import { complete, tidy } from "./tidy";

function worldOf(flow: FlowFile): World {
  return { flow, findings: look(flow), catalogue: CATALOGUE };
}

const WORLD = worldOf(SAMPLE.flow);

function info(type: string) {
  const found = typeInfo(CATALOGUE, type);
  if (!found) throw new Error(type);
  return found;
}

function wiresAfter(edit: Edit | null | undefined): string[] {
  if (!edit) throw new Error("there is no edit");
  return applyEdit(SAMPLE, edit).drawing.flow.wires.map(wireId);
}

describe("putting a node in", () => {
  test("joins it to the port it was dragged from, the first port without its name", () => {
    const end = { node: "big", port: "dropped" };
    const { edit, ids } = addNode(WORLD, info("data.map"), {
      at: { x: 3, y: 5 },
      scope: null,
      join: { end, side: "input" },
    });
    expect(ids).toEqual(["data-map"]);
    expect(wiresAfter(edit)).toContain("big.dropped>data-map");
    expect(applyEdit(SAMPLE, edit).drawing.layout.nodes["data-map"]).toEqual({ x: 4, y: 4 });
  });

  test("leaves it loose where no port fits", () => {
    const { edit } = addNode(WORLD, info("webhook.answer"), {
      at: { x: 0, y: 0 },
      scope: null,
      join: { end: { node: "orders", port: "error" }, side: "input" },
    });
    expect(edit.type === "add" && edit.wires).toEqual([]);
  });

  test("into a wire keeps both ends and the wire's place", () => {
    const after = wiresAfter(
      spliceNode(WORLD, info("data.sort"), "orders>big", { x: 0, y: 0 })?.edit,
    );
    expect(after).not.toContain("orders>big");
    expect(after.indexOf("orders>data-sort")).toBe(2);
    expect(after).toContain("data-sort>big");
  });

  test("into a wire inside a scope stays inside", () => {
    const build = spliceNode(WORLD, info("data.sort"), "lines>post", { x: 0, y: 0 });
    const { flow } = applyEdit(SAMPLE, build?.edit ?? { type: "all", edits: [] }).drawing;
    expect(findNode(flow, "data-sort")?.scope).toBe("each");
  });
});

describe("wiring", () => {
  test.each([
    ["orders", "out", "orders", "in", "connect.self"],
    ["start", "out", "orders", "in", "connect.twice"],
    ["shape", "out", "orders", "in", "connect.loop"],
    ["orders", "out", "post", "in", "connect.scope"],
  ])("from %s.%s to %s.%s is refused: %s", (from, out, to, into, word) => {
    const refused = refusal(WORLD, { node: from, port: out }, { node: to, port: into });
    expect(refused?.word).toBe(word);
  });

  test("an input with a name of its own takes one wire", () => {
    const from = { node: "start", port: "out" };
    expect(refusal(WORLD, from, { node: "match", port: "left" })?.word).toBe("connect.full");
  });

  test("errors may enter an input for items, but not answer a call", () => {
    const error = { node: "orders", port: "error" };
    expect(refusal(WORLD, error, { node: "rest", port: "in" })).toBeNull();
    const flow: FlowFile = {
      ...SAMPLE.flow,
      nodes: [...SAMPLE.flow.nodes, { id: "answer", type: "webhook.answer" }],
    };
    const refused = refusal(worldOf(flow), error, { node: "answer", port: "in" });
    expect(refused).toMatchObject({ word: "connect.carries", from: "errors", to: "call" });
  });

  test("leads a wire elsewhere without changing the order", () => {
    const to = { node: "match", port: "right" };
    const edit = reconnect(WORLD, "start>orders", { node: "start", port: "out" }, to);
    expect(wiresAfter(edit)[0]).toBe("start>match.right");
    expect(
      wiresAfter(connect(WORLD, { node: "big", port: "kept" }, { node: "rest", port: "in" })),
    ).toContain("big>rest");
  });
});

test("deleting and healing joins the neighbours by the node's first output", () => {
  const after = wiresAfter(heal(WORLD, "big"));
  expect(after).toContain("orders>match.left");
  expect(after.some((wire) => wire.includes("rest"))).toBe(false);
  expect(heal(WORLD, "report")).toBeNull();
});

test("nodes moved into a scope keep the wires between them and lose the others", () => {
  const edit = moveInto(
    WORLD,
    SAMPLE.layout,
    [
      ["match", { x: 20, y: 80 }],
      ["shape", { x: 300, y: 80 }],
    ],
    "each",
  );
  const { flow, layout } = applyEdit(SAMPLE, edit ?? { type: "all", edits: [] }).drawing;
  expect(findNode(flow, "match")?.scope).toBe("each");
  expect(findNode(flow, "each")?.node.body?.wires.map(wireId)).toContain("match>shape");
  expect(flow.wires.map(wireId)).not.toContain("shape>each");
  expect(layout.nodes.match).toEqual({ x: 20, y: 80 });
  expect(moveInto(WORLD, SAMPLE.layout, [["each", { x: 0, y: 0 }]], "each")).toBeNull();
});

describe("copied nodes", () => {
  test("come back under new ids with the wires between them", () => {
    const clip = readClip(copyText(WORLD, SAMPLE.layout, ["big", "each", "match"]) ?? "");
    if (!clip) throw new Error("no clip");
    const { edit, ids } = paste(WORLD, clip, null, { x: 500, y: 500 });
    expect(ids).toEqual(["big-2", "match-2", "each-2"]);
    const { flow } = applyEdit(SAMPLE, edit).drawing;
    expect(flow.wires.map(wireId)).toContain("big-2>match-2.left");
    expect(findNode(flow, "lines-2")?.scope).toBe("each-2");
    expect(findNode(flow, "each-2")?.node.body?.wires.map(wireId)).toEqual(["lines-2>post-2"]);
  });

  test("are not found in a text that holds none", () => {
    expect(readClip("hello")).toBeNull();
    expect(readClip('{"nodes":[{"id":1}]}')).toBeNull();
  });
});

describe("tidying up", () => {
  test("gives every node a place, and the same places each time", () => {
    const first = tidy(WORLD, SAMPLE.layout);
    expect(first).toEqual(tidy(WORLD, SAMPLE.layout));
    expect(first.map(([id]) => id).sort()).toEqual([
      "alarm",
      "big",
      "customers",
      "each",
      "lines",
      "match",
      "orders",
      "post",
      "report",
      "rest",
      "shape",
      "start",
    ]);
  });

  test("leads from left to right", () => {
    const places = Object.fromEntries(tidy(WORLD, SAMPLE.layout));
    expect(places.start?.x).toBeLessThan(places.orders?.x ?? 0);
    expect(places.big?.x).toBeLessThan(places.match?.x ?? 0);
  });

  test("leaves a whole layout alone and completes one with gaps", () => {
    const whole = complete(WORLD, SAMPLE.layout);
    expect(complete(WORLD, whole)).toBe(whole);
    const { report: _, ...others } = whole.nodes;
    const mended = complete(WORLD, { nodes: others });
    expect(mended.nodes.start).toEqual(whole.nodes.start);
    expect(mended.nodes.report).toBeDefined();
  });
});
