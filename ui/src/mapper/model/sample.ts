/** Sources and fields for the tests of the mapper. */
import type { MapRow } from "../../bindings/MapRow";
import type { Reading } from "../../bindings/Reading";
import type { SourceField } from "../../bindings/SourceField";
import type { SourceTree } from "../../bindings/SourceTree";

function field(path: string, kind: SourceField["kind"], fields: SourceField[] = []): SourceField {
  const name = path.slice(path.lastIndexOf(".") + 1);
  const lists = path.startsWith("lines.") ? ["lines"] : [];
  return {
    ...{ name, path, lists, kind, fill: 1, optional: false, nullable: false },
    ...{ examples: [], fields },
  };
}

/** An item with a customer and lines, and an earlier node. */
export const ROOTS: SourceTree[] = [
  {
    ...{ kind: { type: "item" }, title: "Item", path: "", known: "run", count: 2 },
    fields: [
      field("number", "text"),
      field("customer", "object", [
        field("customer.name", "text"),
        field("customer.vip", "boolean"),
      ]),
      field("lines", "list", [field("lines.sku", "text"), field("lines.qty", "integer")]),
      field("note", "text"),
    ],
  },
  {
    ...{ kind: { type: "node", node: "fetch" }, title: "Fetch", path: '$node("fetch")' },
    ...{ known: "run", count: 1, fields: [field('$node("fetch").id', "integer")] },
  },
];

/** A plain field, dotted names, and a for-each. */
export const FIELDS: MapRow[] = [
  { to: "no", from: "number" },
  { to: "customer.name", from: "customer.name" },
  {
    to: "rows",
    from: "lines",
    fields: [
      { to: "sku", from: "sku" },
      { to: "order", from: "$item.number" },
    ],
  },
  { to: "customer.full", from: "" },
];

/** Reads paths as the host does. */
export function readPath(text: string, within: readonly string[]): Reading | undefined {
  if (text === "") return { sources: [] };
  const outer = text.startsWith("$item.") ? text.slice("$item.".length) : undefined;
  return {
    rule: { type: "path", path: text },
    sources: [outer ?? [...within, text].join(".")],
  };
}
