/**
 * Changes of rules: what a field is made from, as pills. A rule is the host's; it says how one is
 * written as an expression. Parts of a rule are told by JSON pointers inside it. Pure.
 */
import type { MenuEntry } from "../../bindings/MenuEntry";
import type { Rule } from "../../bindings/Rule";
import { getAt, setAt } from "../../model/pointer";

/** A rule that is a source field. */
export function pathRule(path: string): Rule {
  return { type: "path", path };
}

/** A rule that is a fixed value. */
export function constantRule(value: unknown): Rule {
  return { type: "constant", value };
}

/** One value or another, by a test. */
export function choice(test: Rule, yes: Rule, no: Rule | undefined): Rule {
  const rest = no === undefined ? {} : { otherwise: no };
  // biome-ignore lint/suspicious/noThenProperty: the word of the file; a rule is never awaited.
  return { type: "if", test, then: yes, ...rest };
}

/** Puts a function behind a rule, with the values that its params begin with. */
export function withStep(rule: Rule, entry: MenuEntry): Rule {
  const args = entry.params.map((param) => constantRule(param.example));
  const step = { function: entry.name, ...(args.length > 0 ? { args } : {}) };
  if (rule.type === "chain") return { ...rule, steps: [...rule.steps, step] };
  return { type: "chain", of: rule, steps: [step] };
}

/** Puts one more part behind a rule, as one text, with a mark between them. */
export function withPartBehind(rule: Rule | undefined, part: Rule, between: string): Rule {
  if (rule === undefined) return part;
  const parts = rule.type === "concat" ? rule.parts : [rule];
  const mark = between === "" ? [] : [constantRule(between)];
  return { type: "concat", parts: [...parts, ...mark, part] };
}

/** Uses another rule where the first gives nothing. */
export function withFallback(rule: Rule | undefined, other: Rule): Rule {
  if (rule === undefined) return other;
  const step = { function: "if_missing", args: [other] };
  if (rule.type === "chain") return { ...rule, steps: [...rule.steps, step] };
  return { type: "chain", of: rule, steps: [step] };
}

/** Makes a rule count only by a test of its first field; the rest can be filled in then. */
export function withCondition(rule: Rule | undefined): Rule {
  const then = rule ?? constantRule("");
  const left = pathRule(pathsIn(then)[0] ?? "$");
  const test: Rule = { type: "compare", op: "equal", left, right: constantRule("") };
  return choice(test, then, constantRule(""));
}

/** Calculates with a rule and a number. */
export function withMath(rule: Rule | undefined): Rule {
  const left = rule ?? constantRule(0);
  return { type: "math", op: "multiply", left, right: constantRule(1) };
}

/** The source paths in a rule, in their order, each once. */
export function pathsIn(rule: Rule): string[] {
  return [...new Set(pathsOf(rule))];
}

function pathsOf(rule: Rule): string[] {
  switch (rule.type) {
    case "path":
      return [rule.path];
    case "constant":
      return [];
    case "concat":
    case "all":
    case "any":
      return rule.parts.flatMap(pathsOf);
    case "chain":
      return [rule.of, ...rule.steps.flatMap((step) => step.args ?? [])].flatMap(pathsOf);
    case "math":
    case "compare":
      return [rule.left, rule.right].flatMap(pathsOf);
    case "if":
      return [rule.test, rule.then, ...(rule.otherwise ? [rule.otherwise] : [])].flatMap(pathsOf);
    case "each":
      return [rule.list];
    default:
      return rule satisfies never;
  }
}

/** The rule with the part at a pointer replaced. */
export function withPart(rule: Rule, pointer: string, part: Rule): Rule {
  return pointer === "" ? part : setAt(rule, pointer, part);
}

/** The rule without the part or step at a pointer; what is left of one part alone is that part. */
export function withoutPart(rule: Rule, pointer: string): Rule {
  const removed = setAt(rule, pointer, undefined);
  const list = pointer.slice(0, pointer.lastIndexOf("/"));
  const owner = list.slice(0, Math.max(0, list.lastIndexOf("/")));
  const around = getAt(removed, owner);
  return isRule(around) ? withPart(removed, owner, plain(around)) : removed;
}

function plain(rule: Rule): Rule {
  if (rule.type === "chain" && rule.steps.length === 0) return rule.of;
  const isList = rule.type === "concat" || rule.type === "all" || rule.type === "any";
  const [only] = isList ? rule.parts : [];
  return isList && rule.parts.length === 1 && only !== undefined ? only : rule;
}

function isRule(value: unknown): value is Rule {
  return typeof value === "object" && value !== null && "type" in value;
}

/** A path as users read it: without the signs that expressions need. */
export function pathWords(path: string): string {
  return path.replaceAll("`", "").replace(/^\$(item|outer|vars|env|tables)\./, "");
}

/** A fixed value as it stands in a pill: texts in quotes, so that blanks are seen. */
export function valueWords(value: unknown): string {
  return typeof value === "string" ? `“${value}”` : (JSON.stringify(value) ?? "");
}

/** The value that a typed text stands for, of the kind that stood there before. */
export function typedValue(text: string, before: unknown): unknown {
  if (typeof before === "number") {
    const number = Number(text);
    return text.trim() !== "" && Number.isFinite(number) ? number : text;
  }
  return text;
}
