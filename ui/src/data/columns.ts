/**
 * The table model: which columns a page of items has, in which order, how wide, of which type.
 * Pure; items that are no objects share the one column `value`.
 */
import { isRecord } from "../form/pointer";
import { t } from "../words/t";
import { type CellKind, cellText, kindOf } from "./cells";

export type Column = {
  /** The key in the item; the empty text is the item itself. */
  key: string;
  label: string;
  kinds: ReadonlySet<CellKind>;
  /** A fitting width, in pixels. */
  width: number;
  isNumeric: boolean;
};

const SAMPLE = 200;
const NARROWEST = 64;
const WIDEST = 320;
const CHARACTER = 7.2;
const HEADER_ROOM = 52;

/** The columns of some items, in the order in which their keys first appear. */
export function columnsOf(items: readonly unknown[]): Column[] {
  if (items.length === 0) return [];
  if (!items.some(isRecord)) return [columnFor("", items)];
  const keys = new Set<string>();
  let others = false;
  for (const item of items) {
    if (isRecord(item)) for (const key of Object.keys(item)) keys.add(key);
    else others = true;
  }
  const columns = [...keys].map((key) => columnFor(key, items));
  return others
    ? [
        ...columns,
        columnFor(
          "",
          items.filter((item) => !isRecord(item)),
        ),
      ]
    : columns;
}

/**
 * The columns for a longer list of the same items: as they were, widths too, unless there are
 * others or of other types, so that a page more does not draw the whole table again.
 */
export function keptColumns(before: readonly Column[], now: Column[]): readonly Column[] {
  const isSame =
    before.length === now.length &&
    now.every((column, at) => {
      const old = before[at];
      return old?.key === column.key && old.kinds.size === column.kinds.size;
    });
  if (isSame) return before;
  return now.map((column) => ({
    ...column,
    width: before.find((old) => old.key === column.key)?.width ?? column.width,
  }));
}

/** The value of an item in a column; undefined where the item does not have it. */
export function cellValue(item: unknown, column: { key: string }): unknown {
  if (column.key === "") return isRecord(item) ? undefined : item;
  return isRecord(item) && Object.hasOwn(item, column.key) ? item[column.key] : undefined;
}

function columnFor(key: string, items: readonly unknown[]): Column {
  const kinds = new Set<CellKind>();
  let longest = 0;
  items.forEach((item, index) => {
    const value = cellValue(item, { key });
    kinds.add(kindOf(value));
    if (index < SAMPLE && value !== undefined) longest = Math.max(longest, cellText(value).length);
  });
  const real = [...kinds].filter((kind) => kind !== "null" && kind !== "missing");
  const label = key === "" ? t("kind.value") : key;
  const fitting = Math.max(longest * CHARACTER + 20, label.length * CHARACTER + HEADER_ROOM);
  return {
    key,
    label,
    kinds,
    width: Math.round(Math.min(WIDEST, Math.max(NARROWEST, fitting))),
    isNumeric: real.length === 1 && real[0] === "number",
  };
}
