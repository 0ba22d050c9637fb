/** Reads the schema that the host inferred from all kept items into the shape that the views draw. Pure. */
import { isRecord } from "../form/pointer";
import type { CellKind } from "./cells";
import type { Shape } from "./schema";

/** The shape in what `runs.schema` answered; undefined where that is no schema. */
export function shapeOfSchema(schema: unknown): Shape | undefined {
  if (!isRecord(schema) || typeof schema.count !== "number" || !isRecord(schema.kinds))
    return undefined;
  const fields = new Map<string, Shape>();
  for (const field of Array.isArray(schema.fields) ? schema.fields : []) {
    const shape = isRecord(field) ? shapeOfSchema(field.schema) : undefined;
    if (isRecord(field) && typeof field.name === "string" && shape !== undefined)
      fields.set(field.name, shape);
  }
  const samples = Array.isArray(schema.samples) ? schema.samples : [];
  return {
    seen: schema.count,
    kinds: kindsOf(schema.kinds),
    samples: samples.filter((sample) => sample !== null).map(String),
    fields,
    elements: shapeOfSchema(schema.items),
  };
}

const NAMES: Record<string, CellKind> = {
  null: "null",
  boolean: "bool",
  number: "number",
  text: "text",
  list: "list",
  object: "object",
};

function kindsOf(counts: Record<string, unknown>): Shape["kinds"] {
  const kinds: Shape["kinds"] = {};
  for (const [name, count] of Object.entries(counts)) {
    const kind = NAMES[name];
    if (kind !== undefined && typeof count === "number" && count > 0) kinds[kind] = count;
  }
  return kinds;
}
