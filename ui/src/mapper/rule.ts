/**
 * What a target field is made from, as pills: a source field, a fixed value, functions over them,
 * texts put together, a choice. What is more than that stays an expression. Pure; `parse.ts` reads
 * the text, this writes it.
 */
import { type FnId, fnOf } from "./functions";

export type Literal = string | number | boolean | null;

/** How two values are compared in a choice; `exists` and `missing` look at the left one only. */
export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=" | "contains" | "exists" | "missing";

export type Test = { left: Rule; op: Comparison; right: Rule };

export type Rule =
  | { kind: "empty" }
  /** A source field by its path: `customer.name`, `$item.currency`, `$vars.shop`. */
  | { kind: "path"; path: string }
  | { kind: "value"; value: Literal }
  | { kind: "call"; fn: FnId; args: readonly Literal[]; of: Rule }
  | { kind: "join"; parts: readonly Rule[] }
  | { kind: "choice"; test: Test; yes: Rule; no: Rule }
  | { kind: "code"; text: string };

export const EMPTY: Rule = { kind: "empty" };

/** Where a part of a rule stands, from the outside in: `["yes", "of"]`, `["parts", 2]`. */
export type PartPath = readonly (string | number)[];

/** The expression that stands for the rule. */
export function print(rule: Rule): string {
  switch (rule.kind) {
    case "empty":
      return "";
    case "path":
      return rule.path;
    case "value":
      return printLiteral(rule.value);
    case "call":
      return fnOf(rule.fn).print(operand(rule.of), rule.args.map(printLiteral));
    case "join":
      return rule.parts.map(operand).join(" & ");
    case "choice":
      return printChoice(rule.test, rule.yes, rule.no);
    case "code":
      return rule.text;
    default:
      return rule satisfies never;
  }
}

/** A fixed value as JSONata writes it. */
export function printLiteral(value: Literal): string {
  return JSON.stringify(value);
}

function printChoice(test: Test, yes: Rule, no: Rule): string {
  const end = no.kind === "empty" ? "" : ` : ${print(no)}`;
  return `${printTest(test)} ? ${operand(yes)}${end}`;
}

function printTest({ left, op, right }: Test): string {
  switch (op) {
    case "exists":
      return `$exists(${operand(left)})`;
    case "missing":
      return `$not($exists(${operand(left)}))`;
    case "contains":
      return `$contains(${operand(left)}, ${operand(right)})`;
    default:
      return `${operand(left)} ${op} ${operand(right)}`;
  }
}

/** The expression as a part of a larger one; a part that is not filled in yet is an empty text. */
function operand(rule: Rule): string {
  if (rule.kind === "empty") return '""';
  const text = print(rule);
  const binds = rule.kind === "join" || rule.kind === "choice" || rule.kind === "code";
  const isSum = rule.kind === "call" && fnOf(rule.fn).isOperator === true;
  return binds || isSum ? `(${text})` : text;
}

/** The source paths in a rule, in their order; an expression's own are not looked into. */
export function pathsOf(rule: Rule): string[] {
  switch (rule.kind) {
    case "path":
      return [rule.path];
    case "call":
      return pathsOf(rule.of);
    case "join":
      return rule.parts.flatMap(pathsOf);
    case "choice":
      return [rule.test.left, rule.test.right, rule.yes, rule.no].flatMap(pathsOf);
    case "empty":
    case "value":
    case "code":
      return [];
    default:
      return rule satisfies never;
  }
}

/** Puts a function over a rule; one that takes no input stands alone. */
export function withCall(rule: Rule, fn: FnId): Rule {
  return { kind: "call", fn, args: fnOf(fn).args.map((arg) => arg.start), of: rule };
}

/** Puts one more part behind a rule, as one text. */
export function joined(rule: Rule, part: Rule, between = ""): Rule {
  if (rule.kind === "empty") return part;
  const first = rule.kind === "join" ? rule.parts : [rule];
  const mark: Rule[] = between === "" ? [] : [{ kind: "value", value: between }];
  return { kind: "join", parts: [...first, ...mark, part] };
}

/** Uses another rule where the first gives nothing. */
export function withFallback(rule: Rule, other: Rule): Rule {
  if (rule.kind === "empty") return other;
  const test: Test = { left: rule, op: "exists", right: EMPTY };
  return { kind: "choice", test, yes: rule, no: other };
}

/** Makes a rule count only where its first field is there; both sides can be filled in yes. */
export function withCondition(rule: Rule): Rule {
  const [first] = pathsOf(rule);
  const left: Rule = first === undefined ? EMPTY : { kind: "path", path: first };
  return { kind: "choice", test: { left, op: "=", right: EMPTY }, yes: rule, no: EMPTY };
}

/** The rule with one part replaced; a join that keeps one part only becomes that part. */
export function withPart(rule: Rule, at: PartPath, part: Rule | undefined): Rule {
  const [key, ...rest] = at;
  if (key === undefined) return part ?? EMPTY;
  switch (rule.kind) {
    case "call":
      return { ...rule, of: withPart(rule.of, rest, part) };
    case "join": {
      const parts = rule.parts.flatMap((each, index) => {
        if (index !== key) return [each];
        if (rest.length === 0 && part === undefined) return [];
        return [withPart(each, rest, part)];
      });
      const [only] = parts;
      return parts.length === 1 && only !== undefined ? only : { ...rule, parts };
    }
    case "choice":
      return withChoicePart(rule, key, rest, part);
    default:
      return rule;
  }
}

function withChoicePart(
  rule: Extract<Rule, { kind: "choice" }>,
  key: string | number,
  rest: PartPath,
  part: Rule | undefined,
): Rule {
  const { test } = rule;
  switch (key) {
    case "left":
      return { ...rule, test: { ...test, left: withPart(test.left, rest, part) } };
    case "right":
      return { ...rule, test: { ...test, right: withPart(test.right, rest, part) } };
    case "yes":
      return { ...rule, yes: withPart(rule.yes, rest, part) };
    case "no":
      return { ...rule, no: withPart(rule.no, rest, part) };
    default:
      return rule;
  }
}
