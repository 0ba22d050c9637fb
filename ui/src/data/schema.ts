/**
 * The shape of some items: which fields, of which types, how often there and how often null, with
 * a few samples. Schemas of pages merge, so that what was seen so far is never looked at twice. Pure.
 */
import { isRecord, join } from "../form/pointer";
import { type CellKind, kindOf } from "./cells";

export type Shape = {
  /** How many values were seen. */
  seen: number;
  /** How many of each kind. */
  kinds: Partial<Record<CellKind, number>>;
  /** Different plain values, a few. */
  samples: string[];
  /** The fields of the objects among the values. */
  fields: Map<string, Shape>;
  /** The elements of the lists among the values, all together. */
  elements: Shape | undefined;
};

const SAMPLES = 4;
const SAMPLE_LENGTH = 60;

/** The shape of some values. */
export function shapeOf(values: readonly unknown[]): Shape {
  const shape = emptyShape();
  for (const value of values) add(shape, value);
  return shape;
}

/** The shape of the values of both. */
export function merged(one: Shape, other: Shape): Shape {
  const kinds = { ...one.kinds };
  for (const kind of KINDS) {
    const sum = (one.kinds[kind] ?? 0) + (other.kinds[kind] ?? 0);
    if (sum > 0) kinds[kind] = sum;
  }
  const fields = new Map(one.fields);
  for (const [key, shape] of other.fields) {
    const known = fields.get(key);
    fields.set(key, known ? merged(known, shape) : shape);
  }
  return {
    seen: one.seen + other.seen,
    kinds,
    samples: [...new Set([...one.samples, ...other.samples])].slice(0, SAMPLES),
    fields,
    elements:
      one.elements && other.elements
        ? merged(one.elements, other.elements)
        : (one.elements ?? other.elements),
  };
}

/** One line of the schema tree. */
export type SchemaRow = {
  path: string;
  name: string;
  depth: number;
  types: CellKind[];
  isNullable: boolean;
  /** Whether some objects do not have it. */
  isOptional: boolean;
  /** How many of the objects around it have it, not null, from 0 to 1. */
  fill: number;
  samples: string[];
  hasChildren: boolean;
};

/** The tree of a shape as lines, without what lies in `folded` places. */
export function schemaRows(shape: Shape, folded: ReadonlySet<string>): SchemaRow[] {
  const rows: SchemaRow[] = [];
  appendChildren(rows, shape, "", 0, folded);
  return rows;
}

function appendChildren(
  rows: SchemaRow[],
  shape: Shape,
  path: string,
  depth: number,
  folded: ReadonlySet<string>,
): void {
  const objects = shape.kinds.object ?? 0;
  for (const [key, field] of shape.fields)
    appendRow(rows, field, join(path, key), key, depth, objects, folded);
  // The fields of a list's objects stand right below the list, without a line for "element".
  const elements = shape.elements;
  if (elements === undefined) return;
  if (elements.fields.size > 0) appendChildren(rows, elements, join(path, "*"), depth, folded);
  else if (shape.fields.size === 0 && depth === 0) {
    appendRow(rows, elements, join(path, "*"), "each", depth, elements.seen, folded);
  }
}

function appendRow(
  rows: SchemaRow[],
  shape: Shape,
  path: string,
  name: string,
  depth: number,
  parents: number,
  folded: ReadonlySet<string>,
): void {
  const nulls = shape.kinds.null ?? 0;
  rows.push({
    path,
    name,
    depth,
    types: KINDS.filter(
      (kind) => kind !== "null" && kind !== "missing" && (shape.kinds[kind] ?? 0) > 0,
    ),
    isNullable: nulls > 0,
    isOptional: shape.seen < parents,
    fill: parents === 0 ? 0 : (shape.seen - nulls) / parents,
    samples: shape.samples.length > 0 ? shape.samples : (shape.elements?.samples ?? []),
    hasChildren: shape.fields.size > 0 || (shape.elements?.fields.size ?? 0) > 0,
  });
  if (!folded.has(path)) appendChildren(rows, shape, path, depth + 1, folded);
}

function add(shape: Shape, value: unknown): void {
  const kind = kindOf(value);
  shape.seen += 1;
  shape.kinds[kind] = (shape.kinds[kind] ?? 0) + 1;
  if (isRecord(value)) {
    for (const [key, inner] of Object.entries(value)) {
      const field = shape.fields.get(key) ?? emptyShape();
      shape.fields.set(key, field);
      add(field, inner);
    }
  } else if (Array.isArray(value)) {
    shape.elements ??= emptyShape();
    for (const element of value) add(shape.elements, element);
  } else if (value !== null && value !== undefined && shape.samples.length < SAMPLES) {
    const text = String(value).slice(0, SAMPLE_LENGTH);
    if (!shape.samples.includes(text)) shape.samples.push(text);
  }
}

const KINDS: readonly CellKind[] = ["text", "number", "bool", "list", "object", "null", "missing"];

function emptyShape(): Shape {
  return { seen: 0, kinds: {}, samples: [], fields: new Map(), elements: undefined };
}
