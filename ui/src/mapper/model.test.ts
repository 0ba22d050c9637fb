import { describe, expect, it } from "vitest";
import { shapeOf } from "../data/schema";
import { addedFrom, dropped, isTaken, withEach } from "./drop";
import {
  fieldAt,
  freeName,
  type MapField,
  pathOfPointer,
  pointerOf,
  withField,
  withMoved,
  withoutField,
  withPolicy,
  withRule,
  withType,
} from "./fields";
import { curvesOf, linesOf, SOURCE_ROW, TARGET_ROW, window } from "./lines";
import { parse } from "./parse";
import { absolute, keysOf, listsAround, nameOf, relative } from "./scope";
import { type SourceRoot, sourceIndex, sourceRows, sourcesOf } from "./sources";
import { type TargetRow, targetRows } from "./targets";

const ITEMS = [
  { number: "SO-1", customer: { name: "Ada" }, lines: [{ sku: "A", qty: 2 }], note: null },
  { number: "SO-2", customer: { name: "Bo", vip: true }, lines: [] },
];
const ROOTS: SourceRoot[] = [
  { id: "item", kind: "item", title: "Item", sources: sourcesOf(shapeOf(ITEMS), "") },
  {
    id: "n",
    kind: "node",
    title: "Fetch",
    sources: sourcesOf(shapeOf([{ id: 1 }]), '$node("fetch")'),
  },
];
const FIELDS: MapField[] = [
  { to: "no", from: "number" },
  { to: "customer.name", from: "customer.name" },
  {
    to: "rows",
    from: "lines",
    fields: [
      { to: "sku", from: "sku" },
      { to: "order", from: "$item.number" },
    ],
  },
  { to: "customer.full", from: "" },
];
const NONE = new Set<string>();

function source(path: string) {
  const found = sourceIndex(ROOTS).get(path);
  if (found === undefined) throw new Error(`no source ${path}`);
  return found;
}

function row(id: string, fields = FIELDS): TargetRow {
  const found = targetRows(fields, NONE).find((each) => each.id === id);
  if (found === undefined) throw new Error(`no row ${id}`);
  return found;
}

describe("sources", () => {
  it("are a tree with types, fill and example; a list's fields stand below it", () => {
    expect(sourceRows(ROOTS, NONE, "").map((each) => each.id)).toEqual([
      "root item",
      "number",
      "customer",
      "customer.name",
      "customer.vip",
      "lines",
      "lines.sku",
      "lines.qty",
      "note",
      "root n",
      '$node("fetch").id',
    ]);
    expect(source("lines")).toMatchObject({ isList: true, fill: 1 });
    expect(source("customer.vip")).toMatchObject({ fill: 0.5, kinds: ["bool"], example: "true" });
    expect(source("note").fill).toBe(0);
  });

  it("fold and are found by name, with what lies around", () => {
    const folded = new Set(["root n", "customer"]);
    expect(sourceRows(ROOTS, folded, "").map((each) => each.id)).toEqual([
      "root item",
      "number",
      "customer",
      "lines",
      "lines.sku",
      "lines.qty",
      "note",
      "root n",
    ]);
    expect(sourceRows(ROOTS, folded, "SK").map((each) => each.id)).toEqual([
      "root item",
      "lines",
      "lines.sku",
    ]);
  });
});

describe("paths", () => {
  it("are read and written with odd names", () => {
    expect(keysOf("a.`b c.d`.e")).toEqual(["a", "b c.d", "e"]);
    expect(keysOf('$node("my.node").id')).toEqual(['$node("my.node")', "id"]);
    expect(nameOf("a.`b c`")).toBe("b c");
  });

  it("are about the element inside a for-each", () => {
    const lists = ["lines"];
    expect(listsAround(FIELDS, [2, 0])).toEqual(lists);
    expect(listsAround(FIELDS, [0])).toEqual([]);
    for (const [inside, outside] of [
      ["sku", "lines.sku"],
      ["$", "lines"],
      ["$item.number", "number"],
      ["$vars.shop", "$vars.shop"],
    ] as const) {
      expect(absolute(inside, lists)).toBe(outside);
      expect(relative(outside, lists)).toBe(inside);
    }
    const calculated = withField(FIELDS, [2], (field) => ({ ...field, from: "lines[qty > 1]" }));
    expect(listsAround(calculated, [2, 0])).toBeUndefined();
  });
});

describe("target rows", () => {
  it("nest for-eaches and dotted names, and end each list with an empty row", () => {
    expect(targetRows(FIELDS, NONE).map((each) => `${each.depth} ${each.id}`)).toEqual([
      "0 0",
      "0 object  customer.",
      "1 1",
      "1 3",
      "0 2",
      "1 2.0",
      "1 2.1",
      "1 new 2",
      "0 new ",
    ]);
    expect(row("2.1")).toMatchObject({ reads: ["number"], name: "order" });
    expect(row("1")).toMatchObject({ name: "name" });
    expect(targetRows(FIELDS, new Set(["2", "object  customer."]))).toHaveLength(4);
  });

  it("guess what an expression reads", () => {
    const fields = [{ to: "a", from: "$sum(lines.(qty * price)) & 'number' & number" }];
    expect(row("0", fields)).toMatchObject({ reads: ["lines", "qty", "price", "number"] });
  });
});

describe("lines", () => {
  it("join fields and what they read; a folded source's begins at what lies around it", () => {
    const targets = targetRows(FIELDS, NONE);
    const lines = linesOf(sourceRows(ROOTS, NONE, ""), targets);
    expect(lines.map(({ from, to }) => [from, to])).toEqual([
      [1, 0],
      [3, 2],
      [5, 4],
      [6, 5],
      [1, 6],
    ]);
    const folded = linesOf(sourceRows(ROOTS, new Set(["customer"]), ""), targets);
    expect(folded[1]).toMatchObject({ from: 2, to: 2, isInner: true });
  });

  it("are curves where an end is in sight", () => {
    const line = { id: "x", from: 0, to: 1, isEach: false, isInner: false };
    const sight = { sourceTop: 0, targetTop: 0, height: 300 };
    expect(curvesOf([line], sight, 100)[0]?.d).toBe(
      `M0 ${SOURCE_ROW / 2}C45 ${SOURCE_ROW / 2} 55 ${TARGET_ROW * 1.5} 100 ${TARGET_ROW * 1.5}`,
    );
    expect(curvesOf([line], { ...sight, sourceTop: 999, targetTop: 999 }, 100)).toEqual([]);
    expect(window(1000, 28, 2800, 280)).toEqual([94, 116]);
  });
});

describe("dropping", () => {
  it("makes a new field on an empty row, and a for-each of a list", () => {
    const one = dropped(FIELDS, row("new "), source("number"), "replace");
    expect(fieldAt(one.fields, one.path)).toEqual({ to: "number", from: "number" });
    const each = dropped(FIELDS, row("new "), source("lines"), "replace");
    expect(fieldAt(each.fields, each.path)).toEqual({ to: "lines", from: "lines", fields: [] });
    const inner = dropped(FIELDS, row("new 2"), source("lines.qty"), "replace");
    expect(inner.path).toEqual([2, 2]);
    expect(fieldAt(inner.fields, inner.path)).toEqual({ to: "qty", from: "qty" });
    const inObject = dropped(FIELDS, row("object  customer."), source("note"), "replace");
    expect(fieldAt(inObject.fields, inObject.path)?.to).toBe("customer.note");
  });

  it("replaces a rule, or puts the source behind it", () => {
    expect(isTaken(row("0"))).toBe(true);
    expect(isTaken(row("3"))).toBe(false);
    const from = (way: "replace" | "join" | "fallback") =>
      fieldAt(dropped(FIELDS, row("2.0"), source("number"), way).fields, [2, 0])?.from;
    expect(from("replace")).toBe("$item.number");
    expect(from("join")).toBe('sku & " " & $item.number');
    expect(from("fallback")).toBe("$exists(sku) ? sku : $item.number");
  });

  it("finds a free name", () => {
    expect(freeName(FIELDS, "no")).toBe("no_2");
    const { fields, path } = addedFrom(FIELDS, [2], "sku");
    expect(fieldAt(fields, path)).toEqual({ to: "sku_2", from: "" });
  });
});

describe("fields", () => {
  it("move, go and change", () => {
    expect(withMoved(FIELDS, [2, 0], 1).fields[2]?.fields?.map((field) => field.to)).toEqual([
      "order",
      "sku",
    ]);
    expect(withMoved(FIELDS, [0], -1).fields).toBe(FIELDS);
    expect(withoutField(FIELDS, [2, 1])[2]?.fields).toHaveLength(1);
    expect(withEach(FIELDS, [0])[0]).toEqual({ to: "no", from: "number", fields: [] });
    expect(withEach(FIELDS, [2])[2]).toEqual({ to: "rows", from: "lines" });
    expect(pathOfPointer(`${pointerOf([2, 1])}/from`)).toEqual([2, 1]);
    expect(pathOfPointer("/params/keep")).toBeUndefined();
  });

  it("keep only what says something", () => {
    const field: MapField = { to: "a", from: "b", type: "text", missing: "default", default: 1 };
    expect(withType(field, "any")).toEqual({ to: "a", from: "b", missing: "default", default: 1 });
    expect(withPolicy(field, "omit")).toEqual({ to: "a", from: "b", type: "text" });
    expect(withPolicy({ to: "a" }, "default", "x")).toEqual({
      to: "a",
      missing: "default",
      default: "x",
    });
    expect(withRule(field, parse("c & d")).from).toBe("c & d");
  });
});
