/**
 * Reads an expression as pills where it is one of the simple cases, else keeps it as it is. What
 * `rule.ts` writes is read back as the same rule; what an expression means is the engine's to say.
 */
import { fnCalling } from "./functions";
import { type Comparison, EMPTY, type Literal, type Rule, type Test } from "./rule";

type Token =
  | { type: "name"; text: string }
  | { type: "value"; value: Literal }
  | { type: "sign"; text: string };

const TOKEN =
  /\s+|(?<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<name>`[^`]*`|\$[\p{L}_][\p{L}\p{N}_]*|\$\$?|[\p{L}_][\p{L}\p{N}_]*)|(?<sign>!=|<=|>=|[=<>&+\-*/?:.,()[\]])/uy;

const WORDS: Record<string, Literal> = { true: true, false: false, null: null };
/** Words that are operators, not fields. */
const OPERATORS = new Set(["and", "or", "in", "function"]);
const COMPARISONS: readonly string[] = ["=", "!=", "<", "<=", ">", ">="];
/** What a path can begin with, beside a field of the item. */
const ROOTS = new Set(["$", "$item", "$vars", "$env", "$run"]);

class NotSimple extends Error {}

/** The pills that an expression stands for; the expression itself where it is no simple case. */
export function parse(text: string): Rule {
  const source = text.trim();
  if (source === "") return EMPTY;
  try {
    const reader = new Reader(tokensOf(source));
    const rule = reader.rule();
    return reader.isAtEnd() ? rule : { kind: "code", text };
  } catch (thrown) {
    if (thrown instanceof NotSimple) return { kind: "code", text };
    throw thrown;
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (match === null) throw new NotSimple();
    const { string, number, name, sign } = match.groups ?? {};
    if (string !== undefined) tokens.push({ type: "value", value: textIn(string) });
    else if (number !== undefined) tokens.push({ type: "value", value: exact(number) });
    else if (name !== undefined && Object.hasOwn(WORDS, name))
      tokens.push({ type: "value", value: WORDS[name] ?? null });
    else if (name !== undefined && OPERATORS.has(name)) throw new NotSimple();
    else if (name !== undefined) tokens.push({ type: "name", text: name });
    else if (sign !== undefined) tokens.push({ type: "sign", text: sign });
  }
  return tokens;
}

function textIn(quoted: string): string {
  const inside = quoted.slice(1, -1);
  const json = quoted.startsWith('"')
    ? quoted
    : `"${inside.replaceAll("\\'", "'").replaceAll('"', '\\"')}"`;
  try {
    return JSON.parse(json);
  } catch {
    throw new NotSimple();
  }
}

// A number with more digits than a double holds would come back as another one.
function exact(digits: string): number {
  const value = Number(digits);
  if (digits.replace(/\D/g, "").length > 15) throw new NotSimple();
  return value;
}

/** Reads rules off a list of tokens; throws `NotSimple` at what pills cannot show. */
class Reader {
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  isAtEnd(): boolean {
    return this.at >= this.tokens.length;
  }

  rule(): Rule {
    const start = this.at;
    const test = this.test();
    if (test !== undefined && this.takes("?")) {
      const yes = this.rule();
      return { kind: "choice", test, yes, no: this.takes(":") ? this.rule() : EMPTY };
    }
    this.at = start;
    return this.sum();
  }

  private test(): Test | undefined {
    const start = this.at;
    const named = this.namedTest();
    if (named !== undefined) return named;
    this.at = start;
    const left = this.sum();
    const sign = this.peek();
    if (sign?.type !== "sign" || !isComparison(sign.text)) return undefined;
    this.at += 1;
    return { left, op: sign.text, right: this.sum() };
  }

  private namedTest(): Test | undefined {
    const name = this.peek();
    if (name?.type !== "name") return undefined;
    this.at += 1;
    if (name.text === "$exists" && this.takes("(")) {
      const left = this.rule();
      return this.takes(")") ? { left, op: "exists", right: EMPTY } : undefined;
    }
    if (name.text === "$not" && this.takes("(")) {
      const inner = this.namedTest();
      if (inner?.op !== "exists" || !this.takes(")")) return undefined;
      return { ...inner, op: "missing" };
    }
    if (name.text === "$contains" && this.takes("(")) {
      const left = this.rule();
      if (!this.takes(",")) return undefined;
      const right = this.rule();
      return this.takes(")") ? { left, op: "contains", right } : undefined;
    }
    return undefined;
  }

  private sum(): Rule {
    let left = this.product();
    let parts: Rule[] | undefined;
    for (;;) {
      if (this.takes("&")) {
        parts = parts === undefined ? [left, this.product()] : [...parts, this.product()];
        left = { kind: "join", parts };
      } else if (this.takes("+")) {
        left = { kind: "call", fn: "plus", args: [this.number()], of: left };
        parts = undefined;
      } else if (this.takes("-")) {
        left = { kind: "call", fn: "plus", args: [-this.number()], of: left };
        parts = undefined;
      } else return left;
    }
  }

  private product(): Rule {
    let left = this.one();
    for (;;) {
      if (this.takes("*")) {
        left = { kind: "call", fn: "times", args: [this.number()], of: left };
      } else if (this.takes("/")) {
        left = { kind: "call", fn: "dividedBy", args: [this.number()], of: left };
      } else return left;
    }
  }

  private one(): Rule {
    const token = this.peek();
    if (token === undefined) throw new NotSimple();
    if (token.type === "value") {
      this.at += 1;
      return { kind: "value", value: token.value };
    }
    if (token.type === "sign") return this.bracketed(token.text);
    if (token.text.startsWith("$") && this.tokens[this.at + 1]?.type === "sign") {
      const next = this.tokens[this.at + 1];
      if (next?.type === "sign" && next.text === "(" && token.text !== "$node") return this.call();
    }
    return { kind: "path", path: this.path() };
  }

  private bracketed(sign: string): Rule {
    if (sign === "-") return { kind: "value", value: this.number() };
    this.must("(");
    const inner = this.rule();
    this.must(")");
    if (!this.takes("[")) return inner;
    const index = this.number();
    this.must("]");
    if (index !== 0 && index !== -1) throw new NotSimple();
    return { kind: "call", fn: index === 0 ? "first" : "last", args: [], of: inner };
  }

  private path(): string {
    let path = this.name();
    if (path === "$node") {
      this.must("(");
      const id = this.peek();
      if (id?.type !== "value" || typeof id.value !== "string") throw new NotSimple();
      this.at += 1;
      this.must(")");
      path = `$node(${JSON.stringify(id.value)})`;
    } else if (path.startsWith("$") && !ROOTS.has(path)) throw new NotSimple();
    while (this.takes(".")) {
      const key = this.name();
      if (key.startsWith("$")) throw new NotSimple();
      path += `.${key}`;
    }
    const next = this.peek();
    if (next?.type === "sign" && next.text === "[") throw new NotSimple();
    return path;
  }

  private call(): Rule {
    const name = this.name().slice(1);
    this.must("(");
    if (name === "fromMillis") return this.date();
    const of = this.rule();
    const args: Literal[] = [];
    while (this.takes(",")) args.push(this.literal());
    this.must(")");
    const fn = fnCalling(name);
    if (fn === undefined || fn.args.length !== args.length) throw new NotSimple();
    if (fn.id === "padLeft") {
      const [width, fill = " "] = args;
      if (typeof width !== "number" || width >= 0) throw new NotSimple();
      return { kind: "call", fn: "padLeft", args: [-width, fill], of };
    }
    const fits = fn.args.every((arg, index) => typeof args[index] === typeof arg.start);
    if (!fits) throw new NotSimple();
    return { kind: "call", fn: fn.id, args, of };
  }

  /** The rest of `$fromMillis($toMillis(…), picture)`, which the menu has as one function. */
  private date(): Rule {
    if (this.name() !== "$toMillis") throw new NotSimple();
    this.must("(");
    const of = this.rule();
    this.must(")");
    this.must(",");
    const picture = this.literal();
    this.must(")");
    if (typeof picture !== "string") throw new NotSimple();
    return { kind: "call", fn: "formatDate", args: [picture], of };
  }

  private literal(): Literal {
    const token = this.peek();
    if (token?.type !== "value") return this.number();
    this.at += 1;
    return token.value;
  }

  private number(): number {
    const sign = this.takes("-") ? -1 : 1;
    const token = this.peek();
    if (token?.type !== "value" || typeof token.value !== "number") throw new NotSimple();
    this.at += 1;
    return sign * token.value;
  }

  private name(): string {
    const token = this.peek();
    if (token?.type !== "name") throw new NotSimple();
    this.at += 1;
    return token.text;
  }

  private peek(): Token | undefined {
    return this.tokens[this.at];
  }

  private takes(sign: string): boolean {
    const token = this.peek();
    if (token?.type !== "sign" || token.text !== sign) return false;
    this.at += 1;
    return true;
  }

  private must(sign: string): void {
    if (!this.takes(sign)) throw new NotSimple();
  }
}

function isComparison(sign: string): sign is Comparison {
  return COMPARISONS.includes(sign);
}
