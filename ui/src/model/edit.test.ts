import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Edit } from "../bindings/Edit";
import type { NewWire } from "../bindings/NewWire";
import type { NodeSpec } from "../bindings/NodeSpec";
import type { Wire } from "../bindings/Wire";
import { applyEdit, type Drawing, EditError } from "./edit";
import { nodeIds, walk } from "./flow";

const IDS = ["a", "b", "c", "d", "e"];

function wires(...texts: string[]): Wire[] {
  return texts.map((text) => {
    const [from = "", to = ""] = text.split(">");
    return { from, to };
  });
}

function drawing(nodes: NodeSpec[], lines: Wire[]): Drawing {
  return {
    flow: { gantry: 1, id: "f", name: "F", nodes, wires: lines },
    layout: { nodes: { a: { x: 0, y: 0 }, b: { x: 100, y: 0 }, c: { x: 8, y: 60 } } },
  };
}

const SAMPLE = drawing(
  [
    { id: "a", type: "trigger.manual", params: { deep: { one: 1 }, list: [1, 2, 3] } },
    { id: "b", type: "data.filter", name: "B" },
    {
      id: "s",
      type: "scope.loop",
      body: {
        nodes: [
          { id: "c", type: "data.map" },
          { id: "d", type: "data.map" },
        ],
        wires: wires("c>d"),
      },
    },
    { id: "e", type: "file.write" },
  ],
  wires("a>b", "b.kept>s", "b.dropped>e", "s>e"),
);

const edits: fc.Arbitrary<Edit> = fc.letrec<{ edit: Edit }>((tie) => ({
  edit: fc.oneof(
    { maxDepth: 2 },
    fc.record({
      type: fc.constant("add" as const),
      nodes: fc.array(
        fc.record(
          {
            node: fc.record({ id: fc.constantFrom("x", "y"), type: fc.constant("data.map") }),
            scope: fc.constant("s"),
            index: fc.nat(3),
            place: fc.record({ x: fc.integer(), y: fc.integer() }),
          },
          { requiredKeys: ["node"] },
        ),
        { maxLength: 1 },
      ),
      wires: fc.constant<NewWire[]>([]),
    }),
    fc.record({
      type: fc.constant("remove" as const),
      nodes: fc.uniqueArray(fc.constantFrom(...IDS, "s"), { maxLength: 3 }),
      wires: fc.subarray(SAMPLE.flow.wires),
    }),
    fc.record(
      {
        type: fc.constant("set_node" as const),
        node: fc.constantFrom(...IDS),
        key: fc.constantFrom("/name", "/params/deep/one", "/params/new/far", "/retry/tries"),
        value: fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
      },
      { requiredKeys: ["type", "node", "key"] },
    ),
    fc.record({
      type: fc.constant("rename_node" as const),
      from: fc.constantFrom(...IDS, "s"),
      to: fc.constantFrom("z", "a"),
    }),
    fc.record(
      {
        type: fc.constant("set_flow" as const),
        key: fc.constantFrom("/name", "/about", "/vars/shop"),
        value: fc.oneof(fc.string(), fc.constant({ value: 1 })),
      },
      { requiredKeys: ["type", "key"] },
    ),
    fc.record({
      type: fc.constant("place" as const),
      places: fc.array(
        fc.tuple(
          fc.constantFrom(...IDS),
          fc.option(fc.record({ x: fc.integer(), y: fc.integer() })),
        ),
        { maxLength: 3 },
      ),
    }),
    fc.record({
      type: fc.constant("all" as const),
      edits: fc.array(tie("edit"), { maxLength: 4 }),
    }),
  ),
})).edit;

describe("an edit", () => {
  test("is taken back exactly by its inverse", () => {
    fc.assert(
      fc.property(edits, (edit) => {
        let edited: ReturnType<typeof applyEdit>;
        try {
          edited = applyEdit(SAMPLE, edit);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(EditError);
          return;
        }
        const back = applyEdit(edited.drawing, edited.inverse);
        expect(JSON.parse(JSON.stringify(back.drawing))).toEqual(
          JSON.parse(JSON.stringify(SAMPLE)),
        );
        const again = applyEdit(back.drawing, back.inverse);
        expect(again.drawing).toEqual(edited.drawing);
      }),
      { numRuns: 500 },
    );
  });

  test("that removes a node takes every wire that touches it", () => {
    const { drawing: after } = applyEdit(SAMPLE, { type: "remove", nodes: ["b"], wires: [] });
    expect(after.flow.wires.map((wire) => wire.from)).toEqual(["s"]);
    expect(after.layout.nodes.b).toBeUndefined();
  });

  test("that removes a scope takes what lies in it, and gives it back with its places", () => {
    const { drawing: after, inverse } = applyEdit(SAMPLE, {
      type: "remove",
      nodes: ["s"],
      wires: [],
    });
    expect(nodeIds(after.flow)).toEqual(new Set(["a", "b", "e"]));
    expect(applyEdit(after, inverse).drawing).toEqual(SAMPLE);
  });

  test("that renames a node renames it in its wires and its place", () => {
    const { drawing: after } = applyEdit(SAMPLE, { type: "rename_node", from: "b", to: "big" });
    expect(after.flow.wires.map((wire) => `${wire.from}>${wire.to}`)).toEqual([
      "a>big",
      "big.kept>s",
      "big.dropped>e",
      "s>e",
    ]);
    expect(after.layout.nodes.big).toEqual({ x: 100, y: 0 });
  });

  test("changes nodes inside scopes and leaves the others as they are", () => {
    const edit: Edit = { type: "set_node", node: "d", key: "/params/x/y", value: 1 };
    const { drawing: after, inverse } = applyEdit(SAMPLE, edit);
    const d = [...walk(after.flow)].find((found) => found.node.id === "d");
    expect(d?.node.params).toEqual({ x: { y: 1 } });
    expect(after.flow.nodes[0]).toBe(SAMPLE.flow.nodes[0]);
    expect(inverse).toEqual({ type: "set_node", node: "d", key: "/params" });
  });

  test("of a node that is not there is refused", () => {
    expect(() => applyEdit(SAMPLE, { type: "set_node", node: "nobody", key: "/name" })).toThrow(
      EditError,
    );
  });
});
