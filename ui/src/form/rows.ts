/**
 * The editable grid behind `rows` and table fields: what adding, moving and pasting do to the list.
 * Pure; the grid component only draws it.
 */
import { isRecord } from "./pointer";

export type Row = Record<string, unknown>;

/** The rows in a param's value; anything that is no list of objects counts as none. */
export function rowsOf(value: unknown): Row[] {
  return Array.isArray(value) ? value.map((row) => (isRecord(row) ? row : {})) : [];
}

/** Whether a value is a list of objects with plain values only, so that a table can show all of it. */
export function isTableLike(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every(
      (row) =>
        isRecord(row) &&
        Object.values(row).every((cell) => typeof cell !== "object" || cell === null),
    )
  );
}

/** A copy with an empty row at `index`. */
export function withRowAdded(rows: Row[], index = rows.length): Row[] {
  return rows.toSpliced(index, 0, {});
}

/** A copy without the row at `index`. */
export function withRowRemoved(rows: Row[], index: number): Row[] {
  return rows.toSpliced(index, 1);
}

/** A copy with the row moved up or down by `steps`; the same rows where it cannot go further. */
export function withRowMoved<T>(rows: T[], index: number, steps: number): T[] {
  const target = index + steps;
  const row = rows[index];
  if (row === undefined || target < 0 || target >= rows.length) return rows;
  return rows.toSpliced(index, 1).toSpliced(target, 0, row);
}

/** A copy with one cell set; an undefined value takes the key away. */
export function withCell(rows: Row[], index: number, key: string, value: unknown): Row[] {
  return rows.map((row, at) => {
    if (at !== index) return row;
    if (value !== undefined) return { ...row, [key]: value };
    const { [key]: _gone, ...others } = row;
    return others;
  });
}

/** Every key of every row, in the order they first appear. */
export function columnsOf(rows: Row[]): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

/** A copy in which every row's key `from` is called `to`, at the same place. */
export function withColumnRenamed(rows: Row[], from: string, to: string): Row[] {
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([key, value]) => [key === from ? to : key, value])),
  );
}

/** A copy without a column. */
export function withColumnRemoved(rows: Row[], column: string): Row[] {
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).filter(([key]) => key !== column)),
  );
}

/** A new column's name that no row has yet: `field 1`, `field 2`. */
export function freeColumn(taken: readonly string[]): string {
  let number = taken.length + 1;
  while (taken.includes(`field${number}`)) number += 1;
  return `field${number}`;
}

/** Cells as a spreadsheet puts them on the clipboard: tabs, line ends, quotes around odd texts. */
export function cellsOf(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const endRow = () => {
    rows.push([...row, cell]);
    row = [];
    cell = "";
  };
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let at = 0; at < source.length; at += 1) {
    const char = source[at];
    if (quoted) {
      if (char !== '"') cell += char;
      else if (source[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (char === '"' && cell === "") quoted = true;
    else if (char === "\t") {
      row.push(cell);
      cell = "";
    } else if (char === "\n") endRow();
    else cell += char;
  }
  endRow();
  return rows;
}

/** Whether pasted text is a block of cells rather than one text. */
export function isBlock(text: string): boolean {
  return text.includes("\t") || text.trimEnd().includes("\n");
}

/** Where a paste begins. */
export type CellPlace = { row: number; column: number };

/**
 * A copy with a pasted block of cells laid over the grid from `start` on. Rows are added as
 * needed, cells beyond the last column are left out, empty cells are taken as absent.
 */
export function withBlock(
  rows: Row[],
  columns: readonly string[],
  start: CellPlace,
  block: readonly (readonly string[])[],
  read: (text: string, column: string) => unknown,
): Row[] {
  const result = rows.map((row) => ({ ...row }));
  block.forEach((cells, down) => {
    const index = start.row + down;
    while (result.length <= index) result.push({});
    cells.forEach((text, right) => {
      const column = columns[start.column + right];
      const row = result[index];
      if (column === undefined || row === undefined) return;
      if (text === "") delete row[column];
      else row[column] = read(text, column);
    });
  });
  return result;
}

/**
 * The value that a text typed into a table cell stands for: numbers, `true`, `false`, `null` and
 * JSON lists or objects are read as such; `"12"` in quotes stays a text.
 */
export function readValue(text: string): unknown {
  if (/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) && isExact(text)) return Number(text);
  if (!/^(true|false|null|".*"|\[.*\]|\{.*\})$/s.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What a table cell shows for a value, so that reading it again gives the same value. */
export function textOf(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value !== "string") return JSON.stringify(value);
  return readValue(value) === value ? value : JSON.stringify(value);
}

// Customer numbers such as 00012345678901234567 must not lose digits by becoming a number.
function isExact(text: string): boolean {
  return text.replace(/[^0-9]/g, "").length <= 15;
}
