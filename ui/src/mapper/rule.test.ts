import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FUNCTIONS } from "./functions";
import { parse } from "./parse";
import {
  EMPTY,
  joined,
  pathsOf,
  print,
  type Rule,
  withCall,
  withCondition,
  withFallback,
  withPart,
} from "./rule";

const path = (text: string): Rule => ({ kind: "path", path: text });
const value = (what: string | number): Rule => ({ kind: "value", value: what });

function check(text: string, kind: Rule["kind"], printed = text): void {
  const rule = parse(text);
  expect(rule.kind, text).toBe(kind);
  expect(print(rule)).toBe(printed);
}

describe("simple expressions are pills", () => {
  it("reads fields, also odd ones and those of other nodes", () => {
    check("customer.name", "path");
    check("`odd name`.x", "path");
    check('$node("orders").total', "path");
    check("$vars.shop", "path");
    check("$item.currency", "path");
    check("$", "path");
  });

  it("reads fixed values", () => {
    check('"EUR"', "value");
    check("'C-'", "value", '"C-"');
    check("-12.5", "value");
    check("null", "value");
  });

  it("reads functions, with what they take", () => {
    check("$uppercase($trim(name))", "call");
    check('$formatNumber(total, "0.00")', "call");
    check('$pad(id, -8, "0")', "call");
    check('$fromMillis($toMillis(created_at), "[Y0001]-[M01]-[D01]")', "call");
    check("$sum(lines.amount)", "call");
    check("(lines.sku)[0]", "call");
    check("total * 1.19", "call");
    check("total / 100", "call");
    check("total - 5", "call", "total + -5");
  });

  it("reads texts put together, and choices", () => {
    check("'C-' & customer.id", "join", '"C-" & customer.id');
    check('status = "paid" ? "P" : "O"', "choice");
    check("$exists(note) ? note", "choice");
    check(
      '$not($exists(a)) ? 1 : $contains(b, "x") ? 2 : 3',
      "choice",
      '$not($exists(a)) ? 1 : $contains(b, "x") ? 2 : 3',
    );
    check('(a > 1 ? "x" : "y") & "z"', "join");
  });

  it("leaves alone what is more than that", () => {
    for (const text of [
      "lines[quantity > 1].sku",
      "lines.sku[0]",
      "$map(lines, function($l) { $l.sku })",
      "[lines.{ 'sku': sku }]",
      "total > 100",
      "a and b",
      "$substring(name)",
      "12345678901234567890",
      "$sum(lines.(price * quantity))",
      "a ?",
    ])
      check(text, "code");
  });
});

const literal = fc.oneof(
  fc.string({ maxLength: 5 }),
  fc.integer({ min: -999, max: 999 }),
  fc.boolean(),
  fc.constant(null),
);
const { rule: anyRule } = fc.letrec<{ rule: Rule }>((tie) => ({
  rule: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(path("id"), path("customer.name"), path("$item.x"), path("`a b`")),
    literal.map((each): Rule => ({ kind: "value", value: each })),
    fc.tuple(fc.constantFrom(...FUNCTIONS), tie("rule")).map(([fn, of]) => withCall(of, fn.id)),
    fc
      .array(tie("rule"), { minLength: 2, maxLength: 3 })
      .map((parts): Rule => ({ kind: "join", parts })),
    fc
      .record({
        left: tie("rule"),
        op: fc.constantFrom("=" as const, "<=" as const, "contains" as const),
        right: tie("rule"),
        yes: tie("rule"),
        no: fc.oneof(tie("rule"), fc.constant(EMPTY)),
      })
      .map(
        ({ left, op, right, yes, no }): Rule => ({
          kind: "choice",
          test: { left, op, right },
          yes,
          no,
        }),
      ),
  ),
}));

describe("pills and text", () => {
  it("round-trip", () => {
    fc.assert(
      fc.property(anyRule, (rule) => {
        expect(parse(print(rule))).toEqual(rule);
      }),
      { numRuns: 500 },
    );
  });

  it("name the fields that they read", () => {
    expect(pathsOf(parse('a = 1 ? b & $trim(c) : "x"'))).toEqual(["a", "b", "c"]);
  });
});

describe("changes", () => {
  it("put functions over a rule and parts behind it", () => {
    expect(print(withCall(path("total"), "formatNumber"))).toBe('$formatNumber(total, "0.00")');
    expect(print(joined(joined(path("a"), path("b"), " "), value("!")))).toBe('a & " " & b & "!"');
    expect(joined(EMPTY, path("b"))).toEqual(path("b"));
    expect(print(withFallback(path("note"), value("none")))).toBe('$exists(note) ? note : "none"');
    expect(print(withCondition(path("note")))).toBe('note = "" ? note');
  });

  it("replace or take away one part", () => {
    const rule = parse('a & " " & b');
    expect(print(withPart(rule, [2], path("c")))).toBe('a & " " & c');
    expect(print(withPart(rule, [1], undefined))).toBe("a & b");
    expect(print(withPart(withPart(rule, [1], undefined), [1], undefined))).toBe("a");
    const choice = parse('a = 1 ? $trim(b) : "x"');
    expect(print(withPart(choice, ["yes", "of"], path("d")))).toBe('a = 1 ? $trim(d) : "x"');
    expect(print(withPart(choice, ["right"], value(2)))).toBe('a = 2 ? $trim(b) : "x"');
  });
});
