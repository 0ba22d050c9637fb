/**
 * What dropping a source on a target row does: a rule, a for-each, a new field. Pure; used by the
 * pointer and by the keyboard alike.
 */
import {
  type FieldPath,
  fieldAt,
  freeName,
  listAt,
  type MapField,
  ruleOf,
  withAdded,
  withField,
  withRule,
} from "./fields";
import { joined, type Rule, withFallback } from "./rule";
import { listsAround, nameOf, relative } from "./scope";
import type { Source } from "./sources";
import type { TargetRow } from "./targets";

/** How a source goes into a field that has a rule already. */
export type DropWay = "replace" | "join" | "fallback";

export type Changed = { fields: MapField[]; path: FieldPath };

/** Whether a list has objects in it, so that a for-each makes sense of it. */
export function isListOfObjects(source: Source): boolean {
  return source.isList && source.children.length > 0;
}

/** Whether dropping there has to ask what becomes of the rule that is there. */
export function isTaken(row: TargetRow): boolean {
  return row.type === "field" && !row.isEach && row.rule.kind !== "empty";
}

/** The fields after a source was dropped on a row. */
export function dropped(
  fields: readonly MapField[],
  row: TargetRow,
  source: Source,
  way: DropWay,
): Changed {
  if (row.type !== "field") {
    const name = row.prefix + (nameOf(source.path).replace(/^\$/, "") || source.name);
    return addedFrom(fields, row.parent, name, source);
  }
  const lists = listsAround(fields, row.path) ?? [];
  const path = relative(source.path, lists);
  const change = (field: MapField): MapField => mapped(field, source, path, way);
  return { fields: withField(fields, row.path, change), path: row.path };
}

/** The fields with a new one of that name, made from a source where one is given. */
export function addedFrom(
  fields: readonly MapField[],
  parent: FieldPath,
  name: string,
  source?: Source,
): Changed {
  const free = freeName(listAt(fields, parent), name);
  if (source === undefined) return withAdded(fields, parent, { to: free, from: "" });
  const lists = listsAround(fields, [...parent, 0]) ?? [];
  const field: MapField = { to: free, from: "" };
  return withAdded(fields, parent, mapped(field, source, relative(source.path, lists), "replace"));
}

function mapped(field: MapField, source: Source, path: string, way: DropWay): MapField {
  if (isListOfObjects(source) && way === "replace") {
    // A list of objects is gone through; what the field had inside stays.
    return { ...field, from: path, fields: field.fields ?? [] };
  }
  const rule = ruleOf(field);
  const part: Rule = { kind: "path", path };
  switch (way) {
    case "replace":
      return withRule(field, part);
    case "join":
      return withRule(field, joined(rule, part, " "));
    case "fallback":
      return withRule(field, withFallback(rule, part));
    default:
      return way satisfies never;
  }
}

/** A for-each made of a plain field, or a plain field of a for-each. */
export function withEach(fields: readonly MapField[], path: FieldPath): MapField[] {
  const isEach = fieldAt(fields, path)?.fields !== undefined;
  return withField(fields, path, (field) => {
    if (!isEach) return { ...field, fields: [] };
    const { fields: _, ...rest } = field;
    return rest;
  });
}
