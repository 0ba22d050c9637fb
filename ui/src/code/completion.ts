/**
 * What can be typed at a place in an expression: keys of the last run's items with type and
 * example, functions, variables and nodes. Pure; `CodeField` hands it to CodeMirror.
 */
import type { Shape } from "../data/schema";
import { FUNCTIONS } from "./functions";

/** What is known around an expression. */
export type Names = {
  /** The shape of the items that enter the node. */
  items: Shape | undefined;
  vars: readonly { name: string; example: string }[];
  env: readonly string[];
  nodes: readonly { id: string; title: string }[];
  /** The shape of what another node gave in the last run, where it is known. */
  node?: (id: string) => Shape | undefined;
};

export type Offer = {
  label: string;
  insert: string;
  kind: "key" | "function" | "name" | "node";
  /** The type, or what a function takes. */
  detail: string;
  /** A sentence or an example. */
  info: string;
};

export type Offers = { from: number; options: Offer[] };

const SEGMENT =
  '(?:`[^`]*`|\\$node\\("[^"]*"\\)|\\$?[\\p{L}_][\\p{L}\\p{N}_]*|\\$\\$?)(?:\\[[^\\[\\]]*\\])*';
const CHAIN = new RegExp(`((?:${SEGMENT}\\s*\\.\\s*)*)([\`$]?[\\p{L}_]?[\\p{L}\\p{N}_]*)$`, "u");

/** The offers at `position`; undefined where nothing can be offered. */
export function offersAt(text: string, position: number, names: Names): Offers | undefined {
  const before = text.slice(0, position);
  const inNode = /\$node\(\s*["']([^"']*)$/.exec(before);
  if (inNode) return { from: position - (inNode[1] ?? "").length, options: nodeOffers(names) };
  if (isInString(before)) return undefined;
  const match = CHAIN.exec(before);
  if (!match) return undefined;
  const [, chain = "", typed = ""] = match;
  const from = position - typed.length;
  const segments = segmentsOf(chain);
  if (segments.length === 0)
    return {
      from,
      options: [
        ...keysOf(contextOf(before.slice(0, from), names)),
        ...namesOf(names),
        ...functionOffers(),
      ],
    };
  const [head = "", ...rest] = segments;
  if (head === "$vars") return rest.length > 0 ? undefined : { from, options: varOffers(names) };
  if (head === "$env")
    return rest.length > 0
      ? undefined
      : { from, options: names.env.map((name) => offer(name, "text", "")) };
  const shape = walk(contextOf(before.slice(0, from - chain.length), names), segments, names);
  const options = keysOf(shape);
  return options.length > 0 ? { from, options } : undefined;
}

// Inside `lines[…]` and `lines.(…)` the keys are those of the lines, not of the item.
function contextOf(before: string, names: Names): Shape | undefined {
  let depth = 0;
  for (let at = before.length - 1; at >= 0; at -= 1) {
    const char = before[at] ?? "";
    if (")]}".includes(char)) depth += 1;
    else if ("([{".includes(char)) {
      if (depth > 0) depth -= 1;
      else {
        const outer = before.slice(0, at);
        const isStep = char === "[" || (char === "(" && /\.\s*$/.test(outer));
        if (!isStep) return contextOf(outer, names);
        const chain = new RegExp(`((?:${SEGMENT}\\s*\\.\\s*)*${SEGMENT})\\s*\\.?\\s*$`, "u").exec(
          outer,
        )?.[1];
        const base = contextOf(outer.slice(0, outer.length - (chain ?? "").length), names);
        return chain === undefined ? base : walk(base, segmentsOf(chain), names);
      }
    }
  }
  return names.items;
}

function walk(
  from: Shape | undefined,
  segments: readonly string[],
  names: Names,
): Shape | undefined {
  let shape = from;
  for (const segment of segments) {
    const node = /^\$node\("([^"]*)"\)$/.exec(segment);
    if (node) shape = names.node?.(node[1] ?? "");
    else if (segment === "$") shape = shape ?? names.items;
    else if (segment === "$$") shape = names.items;
    else shape = fieldsOf(shape)?.get(segment.replaceAll("`", ""));
  }
  return shape;
}

function segmentsOf(chain: string): string[] {
  return [...chain.matchAll(new RegExp(SEGMENT, "gu"))].map((match) =>
    match[0].replace(/(\[[^[\]]*\])+$/, ""),
  );
}

function fieldsOf(shape: Shape | undefined): ReadonlyMap<string, Shape> | undefined {
  if (shape === undefined) return undefined;
  return shape.fields.size > 0 ? shape.fields : shape.elements?.fields;
}

function keysOf(shape: Shape | undefined): Offer[] {
  return [...(fieldsOf(shape) ?? [])].map(([key, field]) => ({
    label: key,
    insert: /^[\p{L}_][\p{L}\p{N}_]*$/u.test(key) ? key : `\`${key}\``,
    kind: "key",
    detail: typeOf(field),
    info: field.samples.slice(0, 3).join(", "),
  }));
}

function typeOf(shape: Shape): string {
  const kinds = Object.entries(shape.kinds)
    .filter(([kind, times]) => kind !== "missing" && kind !== "null" && times > 0)
    .map(([kind]) => kind);
  return kinds.length === 0 ? "null" : kinds.join(" | ");
}

function functionOffers(): Offer[] {
  return FUNCTIONS.map((row) => ({
    label: `$${row.name}`,
    insert: `$${row.name}(`,
    kind: "function",
    detail: row.takes,
    info: `${row.about}\n${row.example}`,
  }));
}

function namesOf(names: Names): Offer[] {
  return [
    { ...offer("$vars", "object", names.vars.map(({ name }) => name).join(", ")), kind: "name" },
    { ...offer("$env", "object", names.env.join(", ")), kind: "name" },
    { ...offer("$run", "object", "id, startedAt"), kind: "name" },
    {
      ...offer('$node("…")', "object", names.nodes.map(({ id }) => id).join(", ")),
      insert: '$node("',
      kind: "node",
    },
    { ...offer("$", "any", ""), kind: "name" },
  ];
}

function varOffers(names: Names): Offer[] {
  return names.vars.map(({ name, example }) => offer(name, "variable", example));
}

function nodeOffers(names: Names): Offer[] {
  return names.nodes.map(({ id, title }) => ({
    label: id,
    insert: id,
    kind: "node",
    detail: title,
    info: "",
  }));
}

function offer(label: string, detail: string, info: string): Offer {
  return { label, insert: label, kind: "key", detail, info };
}

function isInString(before: string): boolean {
  const bare = before.replace(/\\./g, "").replace(/\/\*.*?\*\//gs, "");
  let quote = "";
  for (const char of bare) {
    if (quote === "" && (char === '"' || char === "'")) quote = char;
    else if (char === quote) quote = "";
  }
  return quote !== "";
}

/** Where the expression around a place in a template begins and ends; undefined outside braces. */
export function insideBraces(
  text: string,
  position: number,
): { from: number; to: number } | undefined {
  const open = text.lastIndexOf("{{", position - 1);
  if (open < 0 || open + 2 > position) return undefined;
  const close = text.indexOf("}}", open + 2);
  if (close >= 0 && close < position) return undefined;
  return { from: open + 2, to: close < 0 ? text.length : close };
}
