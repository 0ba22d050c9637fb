/** Items as text for the clipboard: JSON, CSV, or cells for a spreadsheet. Pure. */
import { cellValue, columnsOf } from "./columns";

/** The items as JSON, as a list. */
export function asJson(items: readonly unknown[]): string {
  return JSON.stringify(items, null, 2);
}

/** The items as CSV with a header (RFC 4180); lists and objects as JSON, missing and null empty. */
export function asCsv(items: readonly unknown[]): string {
  return asDelimited(items, ",");
}

/** The items as cells that a spreadsheet takes when pasted. */
export function asCells(items: readonly unknown[]): string {
  return asDelimited(items, "\t");
}

/** One value as text: plain texts as they are, all else as JSON. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "");
}

function asDelimited(items: readonly unknown[], delimiter: string): string {
  const columns = columnsOf(items);
  const line = (cells: string[]) => cells.map((cell) => quoted(cell, delimiter)).join(delimiter);
  const rows = items.map((item) => line(columns.map((column) => cellOf(cellValue(item, column)))));
  return `${[line(columns.map((column) => column.label)), ...rows].join("\r\n")}\r\n`;
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function quoted(cell: string, delimiter: string): string {
  if (!cell.includes(delimiter) && !/["\r\n]/.test(cell)) return cell;
  return `"${cell.replaceAll('"', '""')}"`;
}
