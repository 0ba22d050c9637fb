import { describe, expect, it } from "vitest";
import { cellText, kindOf, signOf } from "./cells";
import { cellValue, columnsOf } from "./columns";
import { asCells, asCsv } from "./copy";
import { shapeOfSchema } from "./hostSchema";
import { foldable, linesOf } from "./lines";
import { missing, NO_PAGES, PAGE, withAsked, withPage } from "./pages";
import { merged, schemaRows, shapeOf } from "./schema";
import { matches } from "./search";

const ORDERS = [
  { id: 1, name: "Ada", lines: [{ sku: "A", qty: 2 }] },
  { id: 2, name: null, extra: true, lines: [] },
];

describe("the table", () => {
  it("has the columns of all items, numbers on the right", () => {
    const columns = columnsOf(ORDERS);
    expect(columns.map((column) => column.key)).toEqual(["id", "name", "lines", "extra"]);
    expect(columns[0]?.isNumeric).toBe(true);
    expect([...(columns[1]?.kinds ?? [])]).toEqual(["text", "null"]);
  });

  it("tells null from missing", () => {
    expect(kindOf(cellValue(ORDERS[1], { key: "name" }))).toBe("null");
    expect(kindOf(cellValue(ORDERS[0], { key: "extra" }))).toBe("missing");
    expect(kindOf(cellValue({}, { key: "constructor" }))).toBe("missing");
  });

  it("shows lists and objects by their size", () => {
    expect(cellText([1, 2, 3])).toBe("3 items");
    expect(cellText({ a: 1 })).toBe("{1}");
    expect(cellText("two\nlines")).toBe("two lines");
  });

  it("puts plain items into one column", () => {
    expect(columnsOf([1, 2]).map((column) => column.label)).toEqual(["value"]);
  });

  it("signs a mixed column as such", () => {
    expect(signOf(new Set(["text", "number"]))).toBe("?");
    expect(signOf(new Set(["number", "null"]))).toBe("#");
  });
});

describe("JSON lines", () => {
  it("count every bracket and value", () => {
    expect(linesOf([{ a: 1, b: [true] }], new Set())).toHaveLength(6);
  });

  it("fold into one line that says how much is inside", () => {
    const lines = linesOf([{ a: 1, b: [true, false] }], new Set(["/0/b"]));
    expect(lines[2]?.part).toEqual({ type: "folded", bracket: "[", count: 2 });
  });

  it("fold from a depth on", () => {
    expect(foldable([{ a: { b: { c: 1 } } }], 2)).toEqual(["/0/a/b"]);
  });
});

describe("the schema", () => {
  it("says how often a field is there and not null", () => {
    const rows = schemaRows(shapeOf(ORDERS), new Set());
    const name = rows.find((row) => row.name === "name");
    expect(name).toMatchObject({ isNullable: true, isOptional: false, fill: 0.5 });
    expect(rows.find((row) => row.name === "extra")).toMatchObject({ isOptional: true });
    expect(rows.find((row) => row.name === "sku")).toMatchObject({ depth: 1, fill: 1 });
  });

  it("is the same merged from pages as from all items at once", () => {
    const whole = shapeOf(ORDERS);
    const pages = merged(shapeOf(ORDERS.slice(0, 1)), shapeOf(ORDERS.slice(1)));
    expect(schemaRows(pages, new Set())).toEqual(schemaRows(whole, new Set()));
  });

  it("reads what the host inferred", () => {
    const shape = shapeOfSchema({
      count: 2,
      kinds: { object: 2, null: 0 },
      fields: [{ name: "id", schema: { count: 2, kinds: { number: 2 }, samples: [1, 2] } }],
    });
    expect(schemaRows(shape ?? shapeOf([]), new Set())[0]).toMatchObject({
      name: "id",
      types: ["number"],
      fill: 1,
    });
    expect(shapeOfSchema({ type: "object" })).toBeUndefined();
  });
});

describe("pages", () => {
  const page = (count: number, kept: number) => ({
    items: Array.from({ length: count }, (_, index) => ({ item: `a:0/${index}`, value: index })),
    total: 1_000_000,
    kept,
    limit: "The first 1,000 are kept.",
  });

  it("are asked for once, where rows are in view", () => {
    const pages = withPage(NO_PAGES, 0, page(PAGE, 1000));
    expect(missing(pages, 0, 40)).toEqual([]);
    expect(missing(pages, 90, 230)).toEqual([100, 200]);
    expect(missing(withAsked(pages, 100), 90, 130)).toEqual([]);
  });

  it("never go beyond what was kept", () => {
    expect(missing(withPage(NO_PAGES, 0, page(PAGE, 150)), 0, 100_000)).toEqual([100]);
  });
});

describe("search and copy", () => {
  it("finds text in names and values at any depth", () => {
    expect(matches(ORDERS, "sku")).toEqual([0]);
    expect(matches(ORDERS, "ADA")).toEqual([0]);
    expect(matches(ORDERS, " ")).toEqual([0, 1]);
  });

  it("quotes CSV cells that need it", () => {
    expect(asCsv([{ a: 'x "y"', b: 1 }, { a: "p,q" }])).toBe('a,b\r\n"x ""y""",1\r\n"p,q",\r\n');
    expect(asCells([{ a: 1, b: null }])).toBe("a\tb\r\n1\t\r\n");
  });
});
