/**
 * The fields of a `data.map` node as data: where one stands, and what adding, moving, mapping and
 * deleting do to the list. Pure; every change gives a new list.
 */
import type { FieldType } from "../../bindings/FieldType";
import type { MapRow } from "../../bindings/MapRow";
import type { Missing } from "../../bindings/Missing";
import { isRecord } from "../../form/pointer";

/** Where a field stands: its place in the list, then in the list of that for-each, and so on. */
export type FieldPath = readonly number[];

/** The fields in a node's params; what is no row is passed over. */
export function fieldsOf(params: Record<string, unknown> | undefined): MapRow[] {
  return rowsIn(params?.fields);
}

function rowsIn(fields: unknown): MapRow[] {
  if (!Array.isArray(fields)) return [];
  return fields.filter(isRow).map((row) => ({
    ...row,
    from: row.from ?? "",
    ...(row.fields === undefined ? {} : { fields: rowsIn(row.fields) }),
  }));
}

// In a file a row may lack what it is made from: it is not mapped yet.
function isRow(value: unknown): value is MapRow {
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
export function fieldAt(fields: readonly MapRow[], path: FieldPath): MapRow | undefined {
  const [index, ...rest] = path;
  const field = index === undefined ? undefined : fields[index];
  return rest.length === 0 ? field : fieldAt(field?.fields ?? [], rest);
}

/** The list that a field stands in: the fields of the for-each at `parent`, or all of them. */
export function listAt(fields: readonly MapRow[], parent: FieldPath): readonly MapRow[] {
  return parent.length === 0 ? fields : (fieldAt(fields, parent)?.fields ?? []);
}

function withList(
  fields: readonly MapRow[],
  parent: FieldPath,
  change: (list: readonly MapRow[]) => MapRow[],
): MapRow[] {
  const [index, ...rest] = parent;
  if (index === undefined) return change(fields);
  return fields.map((field, at) =>
    at === index ? { ...field, fields: withList(field.fields ?? [], rest, change) } : field,
  );
}

/** The fields with one changed. */
export function withField(
  fields: readonly MapRow[],
  path: FieldPath,
  change: (field: MapRow) => MapRow,
): MapRow[] {
  const index = path.at(-1);
  return withList(fields, path.slice(0, -1), (list) =>
    list.map((field, at) => (at === index ? change(field) : field)),
  );
}

/** The fields with one more at the end of a list, and where it stands. */
export function withAdded(
  fields: readonly MapRow[],
  parent: FieldPath,
  field: MapRow,
): { fields: MapRow[]; path: FieldPath } {
  const path = [...parent, listAt(fields, parent).length];
  return { fields: withList(fields, parent, (list) => [...list, field]), path };
}

/** The fields without one. */
export function withoutField(fields: readonly MapRow[], path: FieldPath): MapRow[] {
  const index = path.at(-1);
  return withList(fields, path.slice(0, -1), (list) => list.filter((_, at) => at !== index));
}

/** The fields with one moved up or down in its list; the same where it cannot go further. */
export function withMoved(
  fields: readonly MapRow[],
  path: FieldPath,
  step: 1 | -1,
): { fields: readonly MapRow[]; path: FieldPath } {
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

/** The field with a type; `any` is what a field has that says nothing. */
export function withType(field: MapRow, type: FieldType): MapRow {
  const { type: _, ...rest } = field;
  return type === "any" ? rest : { ...rest, type };
}

/** The field with a policy for missing values; a default value stays only where it is used. */
export function withPolicy(field: MapRow, missing: Missing, value?: unknown): MapRow {
  const { missing: _missing, default: _default, ...rest } = field;
  if (missing === "omit") return rest;
  if (missing !== "default") return { ...rest, missing };
  return { ...rest, missing, default: value ?? field.default ?? "" };
}

/** A name that no field of the list has yet: `name`, `name_2`. */
export function freeName(list: readonly MapRow[], name: string): string {
  const taken = new Set(list.map((field) => field.to));
  if (!taken.has(name)) return name;
  for (let n = 2; ; n += 1) if (!taken.has(`${name}_${n}`)) return `${name}_${n}`;
}

/** What the for-eaches around a place stand for, outermost first: the `from` of each. */
export function withinOf(fields: readonly MapRow[], path: FieldPath): string[] {
  return path.slice(0, -1).map((_, at) => fieldAt(fields, path.slice(0, at + 1))?.from ?? "");
}

/** A for-each made of a plain field, or a plain field of a for-each. */
export function withEach(fields: readonly MapRow[], path: FieldPath): MapRow[] {
  return withField(fields, path, (field) => {
    const { fields: inner, ...rest } = field;
    return inner === undefined ? { ...field, fields: [] } : rest;
  });
}

/** All fields, those inside for-eaches after them. */
export function* walkFields(fields: readonly MapRow[]): Generator<MapRow> {
  for (const field of fields) {
    yield field;
    if (field.fields) yield* walkFields(field.fields);
  }
}
