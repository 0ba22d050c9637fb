/**
 * The functions of the function menu: what they take, how they are written as JSONata. A table of
 * data; their names and words are in `words/mapper.ts`.
 */
import type { Literal } from "./rule";

export type FnGroup = "text" | "number" | "date" | "list";

export type FnArg = {
  /** Its name among the words: `mapper.arg.<name>`. */
  name: "start" | "length" | "mark" | "find" | "by" | "width" | "fill" | "digits" | "picture" | "n";
  kind: "text" | "number";
  start: Literal;
  /** Values to choose from, beside typing one. */
  presets?: readonly string[];
};

const IDS = [
  "uppercase",
  "lowercase",
  "trim",
  "substring",
  "substringBefore",
  "substringAfter",
  "replace",
  "padLeft",
  "split",
  "string",
  "number",
  "formatNumber",
  "round",
  "times",
  "dividedBy",
  "plus",
  "abs",
  "formatDate",
  "sum",
  "count",
  "average",
  "min",
  "max",
  "join",
  "first",
  "last",
  "distinct",
] as const;

/** A function's name: its word is `mapper.fn.<id>`. */
export type FnId = (typeof IDS)[number];

export type Fn = {
  id: FnId;
  group: FnGroup;
  args: readonly FnArg[];
  /** Writes it around its input; `args` are literals as JSONata writes them. */
  print: (input: string, args: readonly string[]) => string;
  /** The JSONata function that it is a call of; absent where it is written in another way. */
  calls?: string;
  /** Whether it is written with an operator, so that it needs brackets inside others. */
  isOperator?: boolean;
};

const text = (name: FnArg["name"], start: string, presets?: readonly string[]): FnArg => ({
  name,
  kind: "text",
  start,
  ...(presets ? { presets } : {}),
});
const number = (name: FnArg["name"], start: number): FnArg => ({ name, kind: "number", start });

function call(id: FnId, group: FnGroup, args: readonly FnArg[] = [], calls: string = id): Fn {
  return {
    id,
    group,
    args,
    calls,
    print: (input, values) => `$${calls}(${[input, ...values].join(", ")})`,
  };
}

/** Pictures of numbers, the most usual first. */
const NUMBERS = ["0.00", "#,##0.00", "#,##0", "000000", "0.0%"];
/** Pictures of dates, the most usual first. */
const DATES = [
  "[Y0001]-[M01]-[D01]",
  "[D01].[M01].[Y0001]",
  "[M01]/[D01]/[Y0001]",
  "[Y0001][M01][D01]",
];

/** All functions, in the order of the menu. */
export const FUNCTIONS: readonly Fn[] = [
  call("uppercase", "text"),
  call("lowercase", "text"),
  call("trim", "text"),
  call("substring", "text", [number("start", 0), number("length", 10)]),
  call("substringBefore", "text", [text("mark", " ")]),
  call("substringAfter", "text", [text("mark", " ")]),
  call("replace", "text", [text("find", "-"), text("by", "")]),
  {
    ...call("padLeft", "text", [number("width", 8), text("fill", "0")], "pad"),
    print: (input, [width = "8", fill = '"0"']) => `$pad(${input}, -${width}, ${fill})`,
  },
  call("split", "text", [text("mark", ",")]),
  call("string", "text"),
  call("number", "number"),
  call("formatNumber", "number", [text("picture", "0.00", NUMBERS)]),
  call("round", "number", [number("digits", 2)]),
  {
    id: "times",
    group: "number",
    args: [number("n", 1)],
    isOperator: true,
    print: (input, [n = "1"]) => `${input} * ${n}`,
  },
  {
    id: "dividedBy",
    group: "number",
    args: [number("n", 100)],
    isOperator: true,
    print: (input, [n = "1"]) => `${input} / ${n}`,
  },
  {
    id: "plus",
    group: "number",
    args: [number("n", 0)],
    isOperator: true,
    print: (input, [n = "0"]) => `${input} + ${n}`,
  },
  call("abs", "number"),
  {
    id: "formatDate",
    group: "date",
    args: [text("picture", "[Y0001]-[M01]-[D01]", DATES)],
    print: (input, [picture = '""']) => `$fromMillis($toMillis(${input}), ${picture})`,
  },
  call("sum", "list"),
  call("count", "list"),
  call("average", "list"),
  call("min", "list"),
  call("max", "list"),
  call("join", "list", [text("mark", ", ")]),
  // In brackets, because `lines.sku[0]` is the first of each line.
  { id: "first", group: "list", args: [], print: (input) => `(${input})[0]` },
  { id: "last", group: "list", args: [], print: (input) => `(${input})[-1]` },
  call("distinct", "list"),
];

const byId = new Map(FUNCTIONS.map((fn) => [fn.id, fn]));
const byCall = new Map(FUNCTIONS.flatMap((fn) => (fn.calls ? [[fn.calls, fn] as const] : [])));

/** The function of that name. */
export function fnOf(id: FnId): Fn {
  const fn = byId.get(id);
  if (fn === undefined) throw new Error(`there is no function ${id}`);
  return fn;
}

/** The function of the menu that is a call of that JSONata function. */
export function fnCalling(name: string): Fn | undefined {
  return byCall.get(name);
}
