import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cellsOf,
  columnsOf,
  isTableLike,
  readValue,
  textOf,
  withBlock,
  withCell,
  withColumnRenamed,
  withRowMoved,
} from "./rows";

describe("the grid of rows", () => {
  it("reads cells with tabs, quotes and line breaks inside quotes", () => {
    expect(cellsOf('a\tb\r\n"one\ntwo"\t"say ""hi"""\r\n')).toEqual([
      ["a", "b"],
      ["one\ntwo", 'say "hi"'],
    ]);
  });

  it("lays a pasted block over the grid and adds rows as needed", () => {
    const rows = withBlock(
      [{ to: "id", from: "id" }],
      ["to", "from"],
      { row: 0, column: 1 },
      [["total", "x"], ["name"]],
      (text) => text,
    );
    expect(rows).toEqual([{ to: "id", from: "total" }, { from: "name" }]);
  });

  it("takes an empty pasted cell as absent", () => {
    expect(withBlock([{ a: 1 }], ["a"], { row: 0, column: 0 }, [[""]], readValue)).toEqual([{}]);
  });

  it("keeps the rows where one cannot move further", () => {
    const rows = [{ a: 1 }, { a: 2 }];
    expect(withRowMoved(rows, 0, -1)).toBe(rows);
    expect(withRowMoved(rows, 0, 1)).toEqual([{ a: 2 }, { a: 1 }]);
  });

  it("takes a key away with an undefined cell", () => {
    expect(withCell([{ a: 1, b: 2 }], 0, "a", undefined)).toEqual([{ b: 2 }]);
  });

  it("renames a column in place", () => {
    expect(Object.keys(withColumnRenamed([{ a: 1, b: 2 }], "a", "z")[0] ?? {})).toEqual(["z", "b"]);
  });

  it("lists columns in the order of their first appearance", () => {
    expect(columnsOf([{ b: 1 }, { a: 1, b: 2 }])).toEqual(["b", "a"]);
  });

  it("keeps long numbers as text, so that customer numbers lose no digits", () => {
    expect(readValue("12345678901234567890")).toBe("12345678901234567890");
    expect(readValue("007")).toBe("007");
    expect(readValue("12.5")).toBe(12.5);
  });

  it("shows every plain value so that reading it again gives the same", () => {
    const plain = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    );
    fc.assert(
      fc.property(plain, (value) => {
        expect(readValue(textOf(value))).toEqual(value);
      }),
    );
  });

  it("offers the table only where it can show all of the value", () => {
    expect(isTableLike([{ a: 1 }, { b: null }])).toBe(true);
    expect(isTableLike([{ a: { b: 1 } }])).toBe(false);
    expect(isTableLike({ a: 1 })).toBe(false);
  });
});
