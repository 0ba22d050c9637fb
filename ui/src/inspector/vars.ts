/** A flow's variables as rows of a grid, and back. Pure. */
import type { Var } from "../bindings/Var";
import { type CellPlace, type Row, readValue, withBlock, withCell } from "../form/rows";

/** One row a variable. */
export function rowsOfVars(vars: { [key in string]: Var }): Row[] {
  return Object.entries(vars).map(([name, { value, about }]) => ({
    name,
    value,
    ...(about ? { about } : {}),
  }));
}

/** The variables of the rows that have a name; a value that was not typed yet is an empty text. */
export function varsOfRows(rows: readonly Row[]): { [key in string]: Var } {
  const vars: { [key in string]: Var } = {};
  for (const { name, value, about } of rows) {
    if (typeof name !== "string" || name.trim() === "") continue;
    vars[name.trim()] = { value: value ?? "", ...(typeof about === "string" ? { about } : {}) };
  }
  return vars;
}

/** The rows with one cell set. */
export function withRow(rows: readonly Row[], index: number, key: string, value: unknown): Row[] {
  return withCell([...rows], index, key, value);
}

/** The rows with pasted cells. */
export function withRows(rows: readonly Row[], start: CellPlace, block: string[][]): Row[] {
  return withBlock([...rows], ["name", "value", "about"], start, block, (text, column) =>
    column === "value" ? readValue(text) : text,
  );
}
