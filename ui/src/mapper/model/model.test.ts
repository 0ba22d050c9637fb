import { describe, expect, it } from "vitest";
import type { PreviewItem } from "../../bindings/PreviewItem";
import type { TargetField } from "../../bindings/TargetField";
import {
  fieldAt,
  fieldsOf,
  freeName,
  pathOfPointer,
  pointerOf,
  withAdded,
  withEach,
  withinOf,
  withMoved,
  withoutField,
  withPolicy,
  withType,
} from "./fields";
import { curvesOf, linesOf, SOURCE_ROW, TARGET_ROW, window } from "./lines";
import { faultsByRow, nextFailing, valueAt } from "./preview";
import { FIELDS, ROOTS, readPath } from "./sample";
import { foldedAtFirst, isListOfObjects, sourceIndex, sourceRows } from "./sources";
import { isTaken, type TargetRow, targetRows } from "./targets";

const NONE = new Set<string>();
const WANTED: TargetField[] = [
  { to: "no", type: "text", note: "read by ERP" },
  { to: "currency", type: "text", note: "read by ERP" },
  {
    to: "rows",
    type: "list",
    note: "",
    fields: [{ to: "price", type: "number", note: "" }],
  },
];

function rowsOf(fields = FIELDS, wanted: TargetField[] = [], folded = NONE): TargetRow[] {
  return targetRows(fields, wanted, folded, readPath);
}

describe("sources", () => {
  it("are a tree; a list's fields stand below it", () => {
    expect(sourceRows(ROOTS, NONE, "").map((each) => `${each.depth} ${each.id}`)).toEqual([
      "0 root ",
      "1 number",
      "1 customer",
      "2 customer.name",
      "2 customer.vip",
      "1 lines",
      "2 lines.sku",
      "2 lines.qty",
      "1 note",
      '0 root $node("fetch")',
      '1 $node("fetch").id',
    ]);
    const index = sourceIndex(ROOTS);
    expect([...index.values()].filter(isListOfObjects).map((each) => each.path)).toEqual(["lines"]);
  });

  it("fold, earlier nodes from the beginning", () => {
    const folded = new Set(["customer", ...foldedAtFirst(ROOTS)]);
    expect(sourceRows(ROOTS, folded, "").map((each) => each.id)).toEqual([
      "root ",
      "number",
      "customer",
      "lines",
      "lines.sku",
      "lines.qty",
      "note",
      'root $node("fetch")',
    ]);
    expect(sourceRows(ROOTS, folded, "SK").map((each) => each.id)).toEqual([
      "root ",
      "lines",
      "lines.sku",
    ]);
  });
});

describe("target rows", () => {
  it("nest for-eaches and dotted names, and end each list with an empty row", () => {
    const shown = (rows: TargetRow[]) => rows.map((each) => `${each.depth} ${each.id}`);
    expect(shown(rowsOf())).toEqual([
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
    expect(rowsOf(FIELDS, [], new Set(["2", "object  customer."]))).toHaveLength(4);
    expect(rowsOf().map(isTaken)).toEqual([
      ...[true, false, true, false, false, true, true, false, false],
    ]);
  });

  it("show what later nodes wait for", () => {
    const open = rowsOf(FIELDS, WANTED).filter((row) => row.type === "open");
    expect(open.map((row) => row.id)).toEqual(["open 2 price", "open  currency"]);
  });
});

describe("lines", () => {
  it("join fields and what they read; a folded source's begins at what lies around it", () => {
    const lines = linesOf(sourceRows(ROOTS, NONE, ""), rowsOf());
    expect(lines.map(({ from, to }) => [from, to])).toEqual([
      [1, 0],
      [3, 2],
      [5, 4],
      [6, 5],
      [1, 6],
    ]);
    const folded = linesOf(sourceRows(ROOTS, new Set(["customer"]), ""), rowsOf());
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

describe("fields", () => {
  it("are read from params, whatever stands there", () => {
    expect(fieldsOf({ fields: [{ to: "a" }, 7, { from: "b" }] })).toEqual([{ to: "a", from: "" }]);
    expect(fieldsOf(undefined)).toEqual([]);
  });

  it("come, move, go and change", () => {
    const more = withAdded(FIELDS, [2], { to: "n", from: "qty" });
    expect(fieldAt(more.fields, more.path)).toEqual({ to: "n", from: "qty" });
    expect(withMoved(FIELDS, [2, 0], 1).fields[2]?.fields?.map((field) => field.to)).toEqual([
      "order",
      "sku",
    ]);
    expect(withMoved(FIELDS, [0], -1).fields).toBe(FIELDS);
    expect(withoutField(FIELDS, [2, 1])[2]?.fields).toHaveLength(1);
    expect(withEach(FIELDS, [0])[0]).toEqual({ to: "no", from: "number", fields: [] });
    expect(withEach(FIELDS, [2])[2]).toEqual({ to: "rows", from: "lines" });
  });

  it("know where they stand", () => {
    expect(withinOf(FIELDS, [2, 0])).toEqual(["lines"]);
    expect(withinOf(FIELDS, [0])).toEqual([]);
    expect(pathOfPointer(`${pointerOf([2, 1])}/from`)).toEqual([2, 1]);
    expect(pathOfPointer("/params/keep")).toBeUndefined();
    expect(freeName(FIELDS, "no")).toBe("no_2");
  });

  it("keep only what says something", () => {
    const field = { to: "a", from: "b", type: "text", missing: "default", default: 1 } as const;
    expect(withType(field, "any")).toEqual({ to: "a", from: "b", missing: "default", default: 1 });
    expect(withPolicy(field, "omit")).toEqual({ to: "a", from: "b", type: "text" });
    expect(withPolicy({ to: "a", from: "" }, "default", "x")).toEqual({
      ...{ to: "a", from: "", missing: "default", default: "x" },
    });
  });
});

describe("the preview", () => {
  const error = { code: "type", message: "is no number." };
  const fine: PreviewItem = { item: "a:0/0", input: {}, output: {}, troubles: [], coercions: [] };
  const bad: PreviewItem = {
    ...fine,
    troubles: [
      { key: "/params/fields/2/fields/0", entries: [0], error },
      { key: "/params/fields/2/fields/0", entries: [1], error },
    ],
  };

  it("tells what fails where, and leads to the next item", () => {
    expect([...faultsByRow([fine, bad, bad], 1)]).toEqual([
      ["2.0", { count: 2, here: "is no number." }],
    ]);
    expect(faultsByRow([fine, bad], 0).get("2.0")).toEqual({ count: 1, here: undefined });
    expect(nextFailing([fine, bad, fine], 1)).toBe(1);
    expect(nextFailing([fine], 0)).toBeUndefined();
  });

  it("finds what a field got, of a for-each's what its first element got", () => {
    const output = { no: 1, customer: { name: null }, rows: [{ sku: "A" }, { sku: "B" }] };
    expect(valueAt(output, FIELDS, [0])).toEqual({ value: 1, isThere: true });
    expect(valueAt(output, FIELDS, [1])).toEqual({ value: null, isThere: true });
    expect(valueAt(output, FIELDS, [2, 0])).toEqual({ value: "A", isThere: true });
    expect(valueAt(undefined, FIELDS, [0]).isThere).toBe(false);
  });
});
