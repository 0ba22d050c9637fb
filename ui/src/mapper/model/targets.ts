/**
 * The target side as the rows that show: fields, for-eaches with their fields below them, the
 * objects that dotted names make, fields that later nodes wait for, and an empty row to add one. Pure.
 */
import type { MapRow } from "../../bindings/MapRow";
import type { Reading } from "../../bindings/Reading";
import type { TargetField } from "../../bindings/TargetField";
import type { FieldPath } from "./fields";

export type TargetRow =
  | {
      type: "field";
      id: string;
      path: FieldPath;
      depth: number;
      /** What of its name shows in this row: the last key of `customer.name`. */
      name: string;
      field: MapRow;
      /** What its expression says; undefined until the host has read it. */
      reading: Reading | undefined;
      isEach: boolean;
      isFolded: boolean;
    }
  | {
      /** An object that dotted names make; it stands for no field of its own. */
      type: "object";
      id: string;
      parent: FieldPath;
      depth: number;
      name: string;
      /** The beginning of the names in it: `customer.`. */
      prefix: string;
      isFolded: boolean;
    }
  | {
      /** A field that later nodes read and no row makes. */
      type: "open";
      id: string;
      parent: FieldPath;
      depth: number;
      name: string;
      target: TargetField;
    }
  | {
      /** The place where a new field is typed or dropped. */
      type: "new";
      id: string;
      parent: FieldPath;
      depth: number;
    };

/** Finds what an expression says, inside what for-eaches go through. */
export type Readings = (text: string, within: readonly string[]) => Reading | undefined;

/** The id of a field's row. */
export function rowId(path: FieldPath): string {
  return path.join(".");
}

/** The id of the row where a list gets a new field. */
export function newRowId(parent: FieldPath): string {
  return `new ${rowId(parent)}`;
}

type Around = {
  parent: FieldPath;
  depth: number;
  within: readonly string[];
  /** What later nodes wait for in this list. */
  wanted: readonly TargetField[];
};

/** The rows that show, in their order. */
export function targetRows(
  fields: readonly MapRow[],
  wanted: readonly TargetField[],
  folded: ReadonlySet<string>,
  readings: Readings,
): TargetRow[] {
  const rows: TargetRow[] = [];

  const appendList = (list: readonly MapRow[], around: Around): void => {
    const numbered = list.map((field, index) => ({ field, index }));
    appendNamed(numbered, "", around);
    const { parent, depth } = around;
    const made = new Set(list.map((field) => field.to));
    for (const target of around.wanted) {
      if (made.has(target.to)) continue;
      const id = `open ${rowId(parent)} ${target.to}`;
      rows.push({ type: "open", id, parent, depth, name: target.to, target });
    }
    rows.push({ type: "new", id: newRowId(parent), parent, depth });
  };

  // Names that begin alike stand together below the object that they make.
  const appendNamed = (
    list: readonly { field: MapRow; index: number }[],
    prefix: string,
    around: Around,
  ): void => {
    const done = new Set<string>();
    for (const { field, index } of list) {
      const rest = field.to.slice(prefix.length);
      const dot = rest.indexOf(".");
      if (dot < 0) {
        appendField(field, index, rest, around);
        continue;
      }
      const name = rest.slice(0, dot);
      if (done.has(name)) continue;
      done.add(name);
      const inner = `${prefix}${name}.`;
      const { parent, depth } = around;
      const id = `object ${rowId(parent)} ${inner}`;
      const isFolded = folded.has(id);
      rows.push({ type: "object", id, parent, depth, name, prefix: inner, isFolded });
      if (isFolded) continue;
      const inside = list.filter((each) => each.field.to.startsWith(inner));
      appendNamed(inside, inner, { ...around, depth: depth + 1 });
    }
  };

  const appendField = (field: MapRow, index: number, name: string, around: Around): void => {
    const path = [...around.parent, index];
    const id = rowId(path);
    const isFolded = folded.has(id);
    const isEach = field.fields !== undefined;
    const reading = readings(field.from, around.within);
    rows.push({
      ...{ type: "field", id, path, depth: around.depth, name },
      ...{ field, reading, isEach, isFolded },
    });
    if (field.fields === undefined || isFolded) return;
    appendList(field.fields, {
      parent: path,
      depth: around.depth + 1,
      within: [...around.within, field.from],
      wanted: around.wanted.find((target) => target.to === field.to)?.fields ?? [],
    });
  };

  appendList(fields, { parent: [], depth: 0, within: [], wanted });
  return rows;
}

/** The place of the row around a row. */
export function outerTarget(rows: readonly TargetRow[], index: number): number {
  const depth = rows[index]?.depth ?? 0;
  for (let at = index - 1; at >= 0; at -= 1) if ((rows[at]?.depth ?? 0) < depth) return at;
  return index;
}

/** The name of a row, as it is read out. */
export function titleOf(row: TargetRow): string {
  switch (row.type) {
    case "field":
      return row.field.to;
    case "object":
      return row.prefix.slice(0, -1);
    case "open":
      return row.name;
    case "new":
      return "";
    default:
      return row satisfies never;
  }
}

/** Whether dropping on a row has to ask what becomes of the rule that is there. */
export function isTaken(row: TargetRow): boolean {
  return row.type === "field" && !row.isEach && row.field.from.trim() !== "";
}
