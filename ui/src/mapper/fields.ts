/**
 * The fields of a `data.map` node as data: where one stands, and what adding, moving, mapping and
 * deleting do to the list. Pure; every change gives a new list.
 */
import { isRecord } from "../form/pointer";
import { parse } from "./parse";
import { print, type Rule } from "./rule";

/** The types that a field can be turned into, in the order of the menu. */
export const FIELD_TYPES = [
  "any",
  "text",
  "number",
  "integer",
  "decimal",
  "boolean",
  "date",
  "date_time",
  "list",
  "object",
] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

/** What is done where a field has no value, in the order of the menu. */
export const POLICIES = ["omit", "null", "empty", "default", "error"] as const;
export type Policy = (typeof POLICIES)[number];

/** One row of the mapping, as it stands in the flow file. */
export type MapField = {
  to: string;
  from?: string;
  type?: string;
  missing?: string;
  default?: unknown;
  /** The rows of a for-each: `from` gives the list, each element is their item. */
  fields?: MapField[];
};

/** Where a field stands: its place in the list, then in the list of that for-each, and so on. */
export type FieldPath = readonly number[];

/** The fields in a node's params; what is no row is passed over. */
export function fieldsOf(params: Record<string, unknown> | undefined): MapField[] {
  const fields = params?.fields;
  return Array.isArray(fields) ? fields.filter(isField) : [];
}

function isField(value: unknown): value is MapField {
  return isRecord(value) && typeof value.to === "string";
}

/** The JSON pointer of a field inside its node. */
export function pointerOf(path: FieldPath): string {
  return `/params/fields/${path.join("/fields/")}`;
}

/** The field that a JSON pointer inside the node leads into; undefined where it leads elsewhere. */
export function pathOfPointer(pointer: string): FieldPath | undefined {
  const match = /^\/params\/fields\/(\d+(?:\/fields\/\d+)*)/.exec(pointer);
  return match?.[1]?.split("/fields/").map(Number);
}

/** The field at a path. */
export function fieldAt(fields: readonly MapField[], path: FieldPath): MapField | undefined {
  const [index, ...rest] = path;
  const field = index === undefined ? undefined : fields[index];
  return rest.length === 0 ? field : fieldAt(field?.fields ?? [], rest);
}

/** The list that a field stands in: the fields of the for-each at `parent`, or all of them. */
export function listAt(fields: readonly MapField[], parent: FieldPath): readonly MapField[] {
  return parent.length === 0 ? fields : (fieldAt(fields, parent)?.fields ?? []);
}

function withList(
  fields: readonly MapField[],
  parent: FieldPath,
  change: (list: readonly MapField[]) => MapField[],
): MapField[] {
  const [index, ...rest] = parent;
  if (index === undefined) return change(fields);
  return fields.map((field, at) =>
    at === index ? { ...field, fields: withList(field.fields ?? [], rest, change) } : field,
  );
}

/** The fields with one changed. */
export function withField(
  fields: readonly MapField[],
  path: FieldPath,
  change: (field: MapField) => MapField,
): MapField[] {
  const index = path.at(-1);
  return withList(fields, path.slice(0, -1), (list) =>
    list.map((field, at) => (at === index ? change(field) : field)),
  );
}

/** The fields with one more at the end of a list, and where it stands. */
export function withAdded(
  fields: readonly MapField[],
  parent: FieldPath,
  field: MapField,
): { fields: MapField[]; path: FieldPath } {
  const path = [...parent, listAt(fields, parent).length];
  return { fields: withList(fields, parent, (list) => [...list, field]), path };
}

/** The fields without one. */
export function withoutField(fields: readonly MapField[], path: FieldPath): MapField[] {
  const index = path.at(-1);
  return withList(fields, path.slice(0, -1), (list) => list.filter((_, at) => at !== index));
}

/** The fields with one moved up or down in its list; the same where it cannot go further. */
export function withMoved(
  fields: readonly MapField[],
  path: FieldPath,
  step: 1 | -1,
): { fields: readonly MapField[]; path: FieldPath } {
  const parent = path.slice(0, -1);
  const from = path.at(-1) ?? 0;
  const to = from + step;
  const list = listAt(fields, parent);
  const field = list[from];
  if (field === undefined || to < 0 || to >= list.length) return { fields, path };
  const moved = withList(fields, parent, (each) =>
    [...each].toSpliced(from, 1).toSpliced(to, 0, field),
  );
  return { fields: moved, path: [...parent, to] };
}

/** The rule of a field, as pills. */
export function ruleOf(field: MapField): Rule {
  return parse(field.from ?? "");
}

/** The field with another rule. */
export function withRule(field: MapField, rule: Rule): MapField {
  return { ...field, from: print(rule) };
}

/** The field with a type; `any` is what a field has that says nothing. */
export function withType(field: MapField, type: FieldType): MapField {
  const { type: _, ...rest } = field;
  return type === "any" ? rest : { ...rest, type };
}

/** The field with a policy for missing values; a default value stays only where it is used. */
export function withPolicy(field: MapField, missing: Policy, value?: unknown): MapField {
  const { missing: _missing, default: _default, ...rest } = field;
  if (missing === "omit") return rest;
  if (missing !== "default") return { ...rest, missing };
  return { ...rest, missing, default: value ?? field.default ?? "" };
}

/** A name that no field of the list has yet: `name`, `name_2`. */
export function freeName(list: readonly MapField[], name: string): string {
  const taken = new Set(list.map((field) => field.to));
  if (!taken.has(name)) return name;
  for (let n = 2; ; n += 1) if (!taken.has(`${name}_${n}`)) return `${name}_${n}`;
}

/** All fields with where they stand, those of for-eaches after them. */
export function* walkFields(
  fields: readonly MapField[],
  parent: FieldPath = [],
): Generator<{ field: MapField; path: FieldPath }> {
  for (const [index, field] of fields.entries()) {
    const path = [...parent, index];
    yield { field, path };
    if (field.fields) yield* walkFields(field.fields, path);
  }
}
