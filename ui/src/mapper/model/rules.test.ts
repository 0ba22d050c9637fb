import { describe, expect, it } from "vitest";
import type { MenuEntry } from "../../bindings/MenuEntry";
import {
  constantRule,
  pathRule,
  pathsIn,
  pathWords,
  typedValue,
  valueWords,
  withCondition,
  withFallback,
  withMath,
  withoutPart,
  withPart,
  withPartBehind,
  withStep,
} from "./rules";

const ROUND: MenuEntry = {
  ...{ name: "round", label: "Round", about: "", group: "number", takes: [], gives: "number" },
  ...{ example_in: 1.5, example_out: 2 },
  params: [{ label: "Digits", kind: "number", optional: true, example: 2 }],
};
const total = pathRule("total");

describe("rules", () => {
  it("get functions, one behind the other, with the values they begin with", () => {
    const once = withStep(total, ROUND);
    const step = { function: "round", args: [constantRule(2)] };
    expect(once).toEqual({ type: "chain", of: total, steps: [step] });
    expect(withStep(once, ROUND)).toEqual({ type: "chain", of: total, steps: [step, step] });
  });

  it("are put together, made conditional, calculated with", () => {
    const two = withPartBehind(withPartBehind(undefined, total, " "), pathRule("currency"), " ");
    expect(two).toEqual({
      type: "concat",
      parts: [total, constantRule(" "), pathRule("currency")],
    });
    expect(pathsIn(withCondition(two))).toEqual(["total", "currency"]);
    expect(withMath(total)).toMatchObject({ type: "math", left: total, right: constantRule(1) });
    expect(withFallback(total, constantRule(0))).toMatchObject({
      steps: [{ function: "if_missing", args: [constantRule(0)] }],
    });
  });

  it("are changed in one part; what one part is left of is that part", () => {
    const two = withPartBehind(total, pathRule("currency"), "");
    expect(withPart(two, "/parts/1", constantRule("x"))).toMatchObject({
      parts: [total, constantRule("x")],
    });
    expect(withPart(two, "", total)).toEqual(total);
    expect(withoutPart(two, "/parts/1")).toEqual(total);
    expect(withoutPart(withStep(total, ROUND), "/steps/0")).toEqual(total);
    const inner = withCondition(withStep(total, ROUND));
    expect(withoutPart(inner, "/then/steps/0")).toEqual(withCondition(total));
  });

  it("are told in words", () => {
    expect(pathWords("$item.`odd name`.x")).toBe("odd name.x");
    expect(pathWords('$node("orders").id')).toBe('$node("orders").id');
    expect(valueWords(" ")).toBe("“ ”");
    expect(valueWords(null)).toBe("null");
    expect(typedValue("1.5", 2)).toBe(1.5);
    expect(typedValue("abc", 2)).toBe("abc");
    expect(typedValue("15", "x")).toBe("15");
  });
});
