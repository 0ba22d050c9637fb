import { describe, expect, test } from "vitest";
import {
  applyTableEdit,
  type Cells,
  emptied,
  layOver,
  numberedColumns,
  readCell,
  textOfArea,
  withColumns,
  withoutRows,
} from "./tables";

const units: Cells = {
  columns: [
    { name: "unit", kind: "text" },
    { name: "grams", kind: "number" },
  ],
  rows: [
    ["kg", 1000],
    ["t", null],
  ],
};

function pasted(table: Cells, row: number, column: number, block: string[][]): Cells {
  const edit = layOver(table, { row, column }, block);
  if (!("type" in edit)) throw new Error(`${edit.text} does not fit`);
  return applyTableEdit(table, edit);
}

describe("typed texts", () => {
  test("become what their column holds, or nothing fits", () => {
    expect(readCell("007", "text")).toBe("007");
    expect(readCell(" 12.5 ", "number")).toBe(12.5);
    expect(readCell("1,5", "number")).toBeUndefined();
    expect(readCell("12345678901234567890", "number")).toBe("12345678901234567890");
    expect(readCell("No", "bool")).toBe(false);
    expect(readCell("maybe", "bool")).toBeUndefined();
    expect(readCell("", "number")).toBeNull();
  });
});

describe("a pasted block", () => {
  test("covers cells and adds rows", () => {
    const after = pasted(units, 1, 0, [
      ["t", "1e6"],
      ["g", "1"],
    ]);
    expect(after.rows).toEqual([
      ["kg", 1000],
      ["t", 1e6],
      ["g", 1],
    ]);
  });

  test("adds columns where it is wider", () => {
    const after = pasted(units, 0, 1, [["5", "five"]]);
    expect(after.columns.map((column) => column.name)).toEqual(["unit", "grams", "column 3"]);
    expect(after.rows).toEqual([
      ["kg", 5, "five"],
      ["t", null, null],
    ]);
  });

  test("brings its header into an empty table", () => {
    const after = pasted({ ...units, rows: [] }, 0, 0, [
      ["code", "", "code"],
      ["DE", "Germany", "x"],
    ]);
    expect(after.columns.map((column) => column.name)).toEqual(["code", "column 2", "column 3"]);
    expect(after.rows).toEqual([["DE", "Germany", "x"]]);
  });

  test("that does not fit says where", () => {
    const misfit = layOver(units, { row: 0, column: 1 }, [["5"], ["much"]]);
    expect(misfit).toEqual({ row: 1, column: "grams", text: "much", kind: "number" });
  });
});

describe("the chosen cells", () => {
  const all = { at: { row: 1, column: 1 }, to: { row: 0, column: 0 } };

  test("are copied as a spreadsheet takes them", () => {
    const odd: Cells = {
      columns: units.columns,
      rows: [
        ['a"b\tc', 1],
        ["d", null],
      ],
    };
    expect(textOfArea(odd, all)).toBe('"a""b\tc"\t1\nd\t');
  });

  test("are emptied once", () => {
    const edit = emptied(units, { at: { row: 0, column: 1 }, to: { row: 1, column: 1 } });
    const after = edit && applyTableEdit(units, edit);
    expect(after?.rows).toEqual([
      ["kg", null],
      ["t", null],
    ]);
    expect(after && emptied(after, { at: { row: 0, column: 1 }, to: { row: 1, column: 1 } })).toBe(
      undefined,
    );
  });

  test("name the rows that go; the line for a new row is none", () => {
    expect(withoutRows(units, all)).toEqual({ type: "rows", at: 0, remove: 2, insert: [] });
    const beyond = { at: { row: 2, column: 0 }, to: { row: 2, column: 0 } };
    expect(withoutRows(units, beyond)).toBeUndefined();
  });
});

test("columns move with their cells, and change their kind", () => {
  const [unit, grams] = numberedColumns(units);
  if (unit === undefined || grams === undefined) throw new Error("there are two columns");
  const edit = withColumns([
    { ...grams, column: { name: "weight", kind: "text" } },
    { column: { name: "new", kind: "bool" }, from: null },
    unit,
  ]);
  expect(applyTableEdit(units, edit).rows[0]).toEqual(["1000", null, "kg"]);
});
