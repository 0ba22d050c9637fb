/**
 * Local tables: what edits do to them, what typed and pasted texts become, and which cells are
 * chosen. Pure; `tables/` draws them.
 */
import type { CellKind } from "../bindings/CellKind";
import type { TableColumn } from "../bindings/TableColumn";
import type { TableEdit } from "../bindings/TableEdit";
import type { TableView } from "../bindings/TableView";

export type Cell = string | number | boolean | null;
export type Cells = Pick<TableView, "columns" | "rows">;

/** A table on the screen, with the edits that the host has not stored yet. */
export type OpenTable = { view: TableView; unsaved: { label: string; edit: TableEdit }[] };

/** The table after an edit. */
export function applyTableEdit<T extends Cells>(table: T, edit: TableEdit): T {
  switch (edit.type) {
    case "rows":
      return { ...table, rows: table.rows.toSpliced(edit.at, edit.remove, ...edit.insert) };
    case "columns":
      return {
        ...table,
        columns: edit.columns,
        rows: table.rows.map((row) =>
          edit.columns.map((column, index) => {
            const from = edit.from[index];
            const cell = from === null || from === undefined ? null : (row[from] ?? null);
            return recast(cell, column.kind);
          }),
        ),
      };
    case "all":
      return { ...table, columns: edit.columns, rows: edit.rows };
    default:
      return edit satisfies never;
  }
}

/** A cell in a column of another kind; what does not fit stays, for the host to say so. */
function recast(cell: Cell, kind: CellKind): Cell {
  if (cell === null) return null;
  return readCell(textOfCell(cell), kind) ?? cell;
}

/** What a cell shows, and is copied as. */
export function textOfCell(cell: Cell | undefined): string {
  return cell === null || cell === undefined ? "" : String(cell);
}

const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const YES = /^(true|yes|1)$/i;
const NO = /^(false|no|0)$/i;

/** The cell that a text stands for; undefined where it does not fit the column. */
export function readCell(text: string, kind: CellKind): Cell | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  switch (kind) {
    case "text":
      return text;
    case "number": {
      if (!NUMBER.test(trimmed)) return undefined;
      // More digits than a number can hold go to the host as they are: it keeps them all.
      return trimmed.replace(/[^0-9]/g, "").length > 15 ? trimmed : Number(trimmed);
    }
    case "bool":
      return YES.test(trimmed) ? true : NO.test(trimmed) ? false : undefined;
    default:
      return kind satisfies never;
  }
}

/** A cell by its place; rows and columns count from 0. */
export type Place = { row: number; column: number };

/** The chosen cells: from one place to another. */
export type Area = { at: Place; to: Place };

export type Rect = { top: number; left: number; bottom: number; right: number };

/** The first and last rows and columns of an area. */
export function rectOf({ at, to }: Area): Rect {
  return {
    top: Math.min(at.row, to.row),
    left: Math.min(at.column, to.column),
    bottom: Math.max(at.row, to.row),
    right: Math.max(at.column, to.column),
  };
}

/** The chosen cells as a spreadsheet takes them: tabs between cells, lines between rows. */
export function textOfArea(table: Cells, area: Area): string {
  const { top, left, bottom, right } = rectOf(area);
  const rows = table.rows.slice(top, bottom + 1).map((row) => row.slice(left, right + 1));
  const quoted = (text: string) =>
    /[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  return rows.map((row) => row.map((cell) => quoted(textOfCell(cell))).join("\t")).join("\n");
}

/** A text that does not fit its column. */
export type Misfit = { row: number; column: string; text: string; kind: CellKind };

/** The edit that lays texts over the table from a place on, or the first text that does not fit. */
export function layOver(
  table: Cells,
  start: Place,
  block: readonly (readonly string[])[],
): TableEdit | Misfit {
  const [header, ...body] = block;
  // A block pasted into an empty table brings its own header row.
  if (table.rows.length === 0 && header !== undefined && body.length > 0) {
    const columns = namedColumns(header);
    return { type: "all", columns, rows: body.map((row) => row.slice(0, columns.length)) };
  }
  const width = Math.max(0, ...block.map((cells) => cells.length)) + start.column;
  const columns = [...table.columns];
  while (columns.length < width) columns.push({ name: freeName(columns), kind: "text" });
  const insert: Cell[][] = [];
  for (const [down, cells] of block.entries()) {
    const old = table.rows[start.row + down] ?? [];
    const row: Cell[] = columns.map((_, index) => old[index] ?? null);
    for (const [right, text] of cells.entries()) {
      const column = columns[start.column + right];
      if (column === undefined) continue;
      const cell = readCell(text, column.kind);
      if (cell === undefined) {
        return { row: start.row + down, column: column.name, text, kind: column.kind };
      }
      row[start.column + right] = cell;
    }
    insert.push(row);
  }
  const remove = Math.max(0, Math.min(insert.length, table.rows.length - start.row));
  if (columns.length === table.columns.length) {
    return { type: "rows", at: start.row, remove, insert };
  }
  const wider = table.rows.map((row) => columns.map((_, index) => row[index] ?? null));
  return { type: "all", columns, rows: wider.toSpliced(start.row, remove, ...insert) };
}

/** Columns with these names; names that are missing or come again are made up. */
function namedColumns(names: readonly string[]): TableColumn[] {
  const columns: TableColumn[] = [];
  for (const name of names) {
    const asked = name.trim();
    const isTaken = asked === "" || columns.some((column) => column.name === asked);
    columns.push({ name: isTaken ? freeName(columns) : asked, kind: "text" });
  }
  return columns;
}

/** A name that no column has yet: `column 3`. */
export function freeName(columns: readonly TableColumn[]): string {
  let number = columns.length + 1;
  while (columns.some((column) => column.name === `column ${number}`)) number += 1;
  return `column ${number}`;
}

/** The edit that empties the chosen cells; undefined where they are empty already. */
export function emptied(table: Cells, area: Area): TableEdit | undefined {
  const { top, left, bottom, right } = rectOf(area);
  const rows = table.rows.slice(top, bottom + 1);
  const isChosen = (column: number) => column >= left && column <= right;
  if (rows.every((row) => row.every((cell, at) => !isChosen(at) || cell === null))) {
    return undefined;
  }
  const insert = rows.map((row) => row.map((cell, at) => (isChosen(at) ? null : cell)));
  return { type: "rows", at: top, remove: rows.length, insert };
}

/** The edit that takes the chosen rows out; undefined where there are none. */
export function withoutRows(table: Cells, area: Area): TableEdit | undefined {
  const { top, bottom } = rectOf(area);
  const remove = Math.min(bottom + 1, table.rows.length) - top;
  return remove > 0 ? { type: "rows", at: top, remove, insert: [] } : undefined;
}

/** The edit that puts an empty row in. */
export function withRow(table: Cells, at: number): TableEdit {
  return { type: "rows", at, remove: 0, insert: [table.columns.map(() => null)] };
}

/** The edit that changes the columns; each is an old one, changed or not, or a new one. */
export function withColumns(
  next: readonly { column: TableColumn; from: number | null }[],
): TableEdit {
  return {
    type: "columns",
    columns: next.map(({ column }) => column),
    from: next.map(({ from }) => from),
  };
}

/** The columns as they are, to change the list of them. */
export function numberedColumns(table: Cells): { column: TableColumn; from: number | null }[] {
  return table.columns.map((column, from) => ({ column, from }));
}

/** Widths of the columns in pixels, by their names and the first rows. */
export function widthsOf(table: Cells): number[] {
  const sample = table.rows.slice(0, 60);
  return table.columns.map((column, at) => {
    const longest = Math.max(0, ...sample.map((row) => textOfCell(row[at]).length));
    return Math.round(Math.min(340, Math.max(column.name.length * 7.5 + 52, longest * 7 + 22, 96)));
  });
}
