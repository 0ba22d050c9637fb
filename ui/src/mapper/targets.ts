/**
 * The target side as the rows that show: fields, for-eaches with their fields below them, the
 * objects that dotted names make, and an empty row to add one. Pure.
 */
import { type FieldPath, type MapField, ruleOf } from "./fields";
import { parse } from "./parse";
import { pathsOf, type Rule } from "./rule";
import { absolute } from "./scope";

export type TargetRow =
  | {
      type: "field";
      id: string;
      path: FieldPath;
      depth: number;
      /** What of its name shows in this row: the last key of `customer.name`. */
      name: string;
      field: MapField;
      rule: Rule;
      isEach: boolean;
      isFolded: boolean;
      /** The source paths that it reads, as they are called outside of for-eaches. */
      reads: readonly string[];
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
      /** The place where a new field is typed or dropped. */
      type: "new";
      id: string;
      parent: FieldPath;
      depth: number;
      prefix: string;
    };

/** The id of a field's row. */
export function rowId(path: FieldPath): string {
  return path.join(".");
}

/** The id of the row where a list gets a new field. */
export function newRowId(parent: FieldPath): string {
  return `new ${rowId(parent)}`;
}

/** The rows that show, in their order. */
export function targetRows(fields: readonly MapField[], folded: ReadonlySet<string>): TargetRow[] {
  const rows: TargetRow[] = [];
  appendList(rows, fields, { parent: [], depth: 0, lists: [] }, folded);
  return rows;
}

type Around = { parent: FieldPath; depth: number; lists: readonly string[] | undefined };
type Numbered = { field: MapField; index: number };

function appendList(
  rows: TargetRow[],
  fields: readonly MapField[],
  around: Around,
  folded: ReadonlySet<string>,
): void {
  const numbered = fields.map((field, index) => ({ field, index }));
  appendNamed(rows, numbered, "", around, folded);
  const { parent, depth } = around;
  rows.push({ type: "new", id: newRowId(parent), parent, depth, prefix: "" });
}

// Names that begin alike stand together below the object that they make.
function appendNamed(
  rows: TargetRow[],
  fields: readonly Numbered[],
  prefix: string,
  around: Around,
  folded: ReadonlySet<string>,
): void {
  const done = new Set<string>();
  for (const { field, index } of fields) {
    const rest = field.to.slice(prefix.length);
    const dot = rest.indexOf(".");
    if (dot < 0) {
      appendField(rows, field, index, rest, around, folded);
      continue;
    }
    const name = rest.slice(0, dot);
    if (done.has(name)) continue;
    done.add(name);
    const inner = `${prefix}${name}.`;
    const id = `object ${rowId(around.parent)} ${inner}`;
    const isFolded = folded.has(id);
    const { parent, depth } = around;
    rows.push({ type: "object", id, parent, depth, name, prefix: inner, isFolded });
    if (isFolded) continue;
    const inside = fields.filter((each) => each.field.to.startsWith(inner));
    appendNamed(rows, inside, inner, { ...around, depth: depth + 1 }, folded);
  }
}

function appendField(
  rows: TargetRow[],
  field: MapField,
  index: number,
  name: string,
  { parent, depth, lists }: Around,
  folded: ReadonlySet<string>,
): void {
  const path = [...parent, index];
  const id = rowId(path);
  const rule = ruleOf(field);
  const isEach = field.fields !== undefined;
  const isFolded = folded.has(id);
  const reads = readsOf(rule).flatMap((each) => absolute(each, lists) ?? []);
  rows.push({ type: "field", id, path, depth, name, field, rule, isEach, isFolded, reads });
  if (field.fields === undefined || isFolded) return;
  const [list] = rule.kind === "path" ? reads : [];
  const inner = lists !== undefined && list !== undefined ? [...lists, list] : undefined;
  appendList(rows, field.fields, { parent: path, depth: depth + 1, lists: inner }, folded);
}

// An expression's paths are guessed from its text, only for its lines: what it means is the engine's.
function readsOf(rule: Rule): string[] {
  if (rule.kind !== "code") return pathsOf(rule);
  const bare = rule.text.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\/\*.*?\*\//gs, " ");
  const found = bare.match(
    /(?<![$\w.`])(?:\$item\.|\$vars\.)?[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*(?!\s*\()/gu,
  );
  const paths = (found ?? []).filter((each) => parse(each).kind === "path");
  return [...new Set(paths)];
}

/** The nearest row around a row, for the way outwards. */
export function outerTarget(rows: readonly TargetRow[], index: number): number {
  const depth = rows[index]?.depth ?? 0;
  for (let at = index - 1; at >= 0; at -= 1) if ((rows[at]?.depth ?? 0) < depth) return at;
  return index;
}

/** The name of a row, as it is read out. */
export function titleOf(row: TargetRow): string {
  return row.type === "field" ? row.field.to : row.type === "object" ? row.prefix.slice(0, -1) : "";
}
