/** Changes of the mapping: each is one edit of the node's params, so that undo takes back one step. */
import { report } from "../actions/context";
import { edit } from "../actions/editing";
import type { FieldType } from "../bindings/FieldType";
import type { MapRow } from "../bindings/MapRow";
import type { Missing } from "../bindings/Missing";
import type { Rule } from "../bindings/Rule";
import type { SourceField } from "../bindings/SourceField";
import { findNode } from "../model/flow";
import { store } from "../model/store";
import { t } from "../words/t";
import {
  type FieldPath,
  fieldAt,
  fieldsOf,
  freeName,
  listAt,
  pointerOf,
  withAdded,
  withEach,
  withField,
  withinOf,
  withMoved,
  withoutField,
  withPolicy,
  withType,
} from "./model/fields";
import { pathRule, withFallback, withPartBehind } from "./model/rules";
import { isListOfObjects, sourceName } from "./model/sources";
import { isTaken, rowId, type TargetRow, titleOf } from "./model/targets";
import { reach, readingOf, writeRule } from "./readings";
import { type DropWay, mapper, say, setEditing } from "./store";

/** The fields of the mapped node as they are now. */
export function currentFields(): readonly MapRow[] {
  const { open } = store.getState();
  const { node } = mapper.getState();
  const found = open && node !== null ? findNode(open.flow, node) : null;
  return fieldsOf(found?.node.params);
}

/** Stores other fields. `label` names the change in the history. */
export function setFields(label: string, fields: readonly MapRow[]): void {
  const { node } = mapper.getState();
  if (node === null) return;
  // As one of several, because edits of one key in a row are taken for typing and become one.
  const change = { type: "set_node" as const, node, key: "/params/fields", value: fields };
  edit(label, { type: "all", edits: [change] });
}

/** Drops a source on a row; where there is a rule already, asks what becomes of it. */
export async function dropOn(row: TargetRow, source: SourceField, way?: DropWay): Promise<void> {
  mapper.setState({ held: null, over: null, target: row.id });
  if (way === undefined && isTaken(row) && !isListOfObjects(source)) {
    setEditing({ what: "drop", row: row.id, source });
    return;
  }
  setEditing(null);
  try {
    if (row.type === "field") await mapField(row.path, source, way ?? "replace");
    else await addFrom(row, source);
  } catch (thrown) {
    report(thrown);
  }
}

async function mapField(path: FieldPath, source: SourceField, way: DropWay): Promise<void> {
  const field = fieldAt(currentFields(), path);
  if (field === undefined) return;
  const within = withinOf(currentFields(), path);
  const reached = await reach(source, within);
  if (isListOfObjects(source)) {
    // A list of objects is gone through; what the field had inside stays.
    const each = { ...field, from: reached, fields: field.fields ?? [] };
    changeField(path, "map", () => each);
  } else {
    const from = way === "replace" ? reached : await combined(field.from, within, reached, way);
    changeField(path, "map", (each) => ({ ...each, from }));
  }
  say(t("mapper.said.mapped", { source: sourceName(source), name: field.to }));
}

async function combined(
  from: string,
  within: readonly string[],
  path: string,
  way: "join" | "fallback",
): Promise<string> {
  const rule = (await readingOf(from, within)).rule;
  const part = pathRule(path);
  // What pills cannot show is put in brackets as it is.
  if (rule === undefined)
    return way === "join" ? `(${from}) & " " & ${path}` : `(${from}) ?? ${path}`;
  return writeRule(
    way === "join" ? withPartBehind(rule, part, " ") : withFallback(rule, part),
    within,
  );
}

async function addFrom(
  row: Exclude<TargetRow, { type: "field" }>,
  source: SourceField,
): Promise<void> {
  const prefix = row.type === "object" ? row.prefix : "";
  const name = row.type === "open" ? row.name : prefix + sourceName(source).replaceAll(".", "_");
  const within = withinOf(currentFields(), [...row.parent, 0]);
  const from = await reach(source, within);
  const to = freeName(listAt(currentFields(), row.parent), name);
  const type = row.type === "open" && row.target.type !== "any" ? { type: row.target.type } : {};
  const inner = isListOfObjects(source) ? { fields: [] } : {};
  addRow(row.parent, { to, from, ...(isListOfObjects(source) ? {} : type), ...inner });
  say(t("mapper.said.mapped", { source: sourceName(source), name: to }));
}

function addRow(parent: FieldPath, row: MapRow): void {
  const { fields, path } = withAdded(currentFields(), parent, row);
  setFields(t("mapper.edit.add", { name: row.to }), fields);
  mapper.setState({ target: rowId(path) });
}

/** Adds a field of that name, or gives a field another one. */
export function nameRow(row: TargetRow, text: string): void {
  const name = text.trim();
  setEditing(null);
  if (name === "") return;
  switch (row.type) {
    case "new":
    case "open": {
      const to = freeName(listAt(currentFields(), row.parent), name);
      const isKnown = row.type === "open" && row.target.type !== "any";
      addRow(row.parent, { to, from: "", ...(isKnown ? { type: row.target.type } : {}) });
      say(t("mapper.said.added", { name: to }));
      return;
    }
    case "field": {
      const to = row.field.to.slice(0, row.field.to.length - row.name.length) + name;
      if (to !== row.field.to) changeField(row.path, "rename", (field) => ({ ...field, to }));
      return;
    }
    case "object": {
      const outer = row.prefix.slice(0, row.prefix.length - row.name.length - 1);
      changeList(row.parent, t("mapper.edit.rename", { name: titleOf(row) }), (list) =>
        list.map((field) =>
          field.to.startsWith(row.prefix)
            ? { ...field, to: `${outer}${name}.${field.to.slice(row.prefix.length)}` }
            : field,
        ),
      );
      return;
    }
    default:
      row satisfies never;
  }
}

function changeList(
  parent: FieldPath,
  label: string,
  change: (list: readonly MapRow[]) => MapRow[],
): void {
  const fields = currentFields();
  const changed =
    parent.length === 0
      ? change(fields)
      : withField(fields, parent, (each) => ({ ...each, fields: change(each.fields ?? []) }));
  setFields(label, changed);
}

type Change = "rename" | "rule" | "map" | "type" | "policy" | "clear";

function changeField(path: FieldPath, what: Change, change: (field: MapRow) => MapRow): void {
  const fields = currentFields();
  const name = fieldAt(fields, path)?.to ?? "";
  setFields(t(`mapper.edit.${what}`, { name }), withField(fields, path, change));
}

/** Gives a field another rule. */
export async function setRule(path: FieldPath, rule: Rule): Promise<void> {
  try {
    const from = await writeRule(rule, withinOf(currentFields(), path));
    changeField(path, "rule", (field) => ({ ...field, from }));
  } catch (thrown) {
    report(thrown);
  }
}

/** Gives a field an expression while it is typed: what is typed in one go is one step of undo. */
export function typeExpression(path: FieldPath, from: string): void {
  const { node } = mapper.getState();
  const name = fieldAt(currentFields(), path)?.to ?? "";
  if (node === null) return;
  const key = `${pointerOf(path)}/from`;
  edit(t("mapper.edit.rule", { name }), { type: "set_node", node, key, value: from });
}

/** Gives a field a rule while it is set up; see `typeExpression`. */
export async function typeRule(path: FieldPath, rule: Rule): Promise<void> {
  try {
    typeExpression(path, await writeRule(rule, withinOf(currentFields(), path)));
  } catch (thrown) {
    report(thrown);
  }
}

/** Takes a field's rule away; the field stays. */
export function clearRule(path: FieldPath): void {
  changeField(path, "clear", (field) => ({ ...field, from: "" }));
}

/** Declares a field's type. */
export function setType(path: FieldPath, type: FieldType): void {
  changeField(path, "type", (field) => withType(field, type));
}

/** Says what is done where a field has no value. */
export function setPolicy(path: FieldPath, missing: Missing, value?: unknown): void {
  changeField(path, "policy", (field) => withPolicy(field, missing, value));
}

/** Takes a row away: a field with all in it, or all fields of an object. */
export function removeRow(row: TargetRow): void {
  if (row.type === "new" || row.type === "open") return;
  const name = titleOf(row);
  const label = t("mapper.edit.remove", { name });
  if (row.type === "field") setFields(label, withoutField(currentFields(), row.path));
  else {
    const isInside = (field: MapRow) => field.to.startsWith(row.prefix);
    changeList(row.parent, label, (list) => list.filter((field) => !isInside(field)));
  }
  say(t("mapper.said.removed", { name }));
}

/** Moves a field up or down in its list. */
export function moveRow(row: TargetRow, step: 1 | -1): void {
  if (row.type !== "field") return;
  const before = currentFields();
  const { fields, path } = withMoved(before, row.path, step);
  if (fields === before) return;
  setFields(t("mapper.edit.move", { name: row.field.to }), fields);
  mapper.setState({ target: rowId(path) });
}

/** Makes a for-each of a field, or a field of a for-each. */
export function toggleEach(path: FieldPath): void {
  const name = fieldAt(currentFields(), path)?.to ?? "";
  setFields(t("mapper.edit.each", { name }), withEach(currentFields(), path));
}
