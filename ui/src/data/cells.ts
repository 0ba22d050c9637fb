/** What a table cell shows for a value, and which sign its type has. Pure. */

import { t } from "../words/t";

export type CellKind = "text" | "number" | "bool" | "null" | "missing" | "list" | "object";

/** What kind of value stands in a cell; `undefined` is a field that the item does not have. */
export function kindOf(value: unknown): CellKind {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  switch (typeof value) {
    case "number":
    case "bigint":
      return "number";
    case "boolean":
      return "bool";
    case "object":
      return "object";
    default:
      return "text";
  }
}

/** The short text of a cell, on one line. Exact numbers stay as they are stored. */
export function cellText(value: unknown): string {
  switch (kindOf(value)) {
    case "missing":
      return "–";
    case "null":
      return "null";
    case "list":
      return Array.isArray(value) ? t("data.items", { n: value.length }) : "";
    case "object":
      return `{${Object.keys(Object(value)).length}}`;
    case "text":
      return shorten(String(value).replace(/\s+/g, " "));
    case "number":
    case "bool":
      return String(value);
  }
}

/** A sign for a column's type in its header. */
export function signOf(kinds: ReadonlySet<CellKind>): string {
  const real = [...kinds].filter((kind) => kind !== "null" && kind !== "missing");
  if (real.length === 0) return "∅";
  if (real.length > 1) return "?";
  return SIGNS[real[0] ?? "null"];
}

/** The types of a column in words: `text or number, sometimes null`. */
export function typeWords(kinds: ReadonlySet<CellKind>): string {
  const or = ` ${t("schema.or")} `;
  const real = [...kinds].filter((kind) => kind !== "null" && kind !== "missing");
  const words = real.map((kind) => t(`kind.${kind}`)).join(or) || t("kind.null");
  const sometimes = (["null", "missing"] as const)
    .filter((kind) => kinds.has(kind) && (kind === "missing" || real.length > 0))
    .map((kind) => t(`kind.${kind}`))
    .join(or);
  return sometimes === "" ? words : t("kind.sometimes", { words, sometimes });
}

const SIGNS: Record<CellKind, string> = {
  text: "T",
  number: "#",
  bool: "✓",
  null: "∅",
  missing: "∅",
  list: "[ ]",
  object: "{ }",
};

const LONGEST = 200;

function shorten(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
