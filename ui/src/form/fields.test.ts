import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../bindings/Diagnostic";
import { at, elsewhere, ofNode, within, worst } from "./findings";
import { readJson } from "./json";
import { placeholderOf } from "./labels";
import { readNumber } from "./numbers";
import { doubledNames, pairsFrom, recordOf } from "./pairs";
import { type VariantsKind, variantOf, withVariant } from "./variants";

function finding(key: string, severity: Diagnostic["severity"] = "error"): Diagnostic {
  return {
    severity,
    code: "param.missing",
    message: "It is missing.",
    at: { node: "orders", key },
  };
}

describe("findings of a form", () => {
  const found = [
    finding("/params/url", "warning"),
    finding("/params/fields/0/from"),
    finding("/gone"),
  ];

  it("puts the worst first", () => {
    expect(ofNode(found, "orders")[0]?.severity).toBe("error");
    expect(worst(found)).toBe("error");
    expect(ofNode(found, "other")).toEqual([]);
  });

  it("tells a field's own from those of what is inside it", () => {
    expect(at(found, "/params/fields")).toEqual([]);
    expect(within(found, "/params/fields")).toHaveLength(1);
  });

  it("keeps those that no field shows", () => {
    expect(elsewhere(found, ["/params/url", "/params/fields"]).map((each) => each.at.key)).toEqual([
      "/gone",
    ]);
  });
});

describe("variants", () => {
  const kind: VariantsKind = {
    type: "variants",
    tag: "type",
    options: [
      {
        value: "page",
        label: "Pages",
        fields: [
          { key: "param", label: "Param", required: true, advanced: false, kind: { type: "text" } },
        ],
      },
      { value: "none", label: "None", fields: [] },
    ],
  };

  it("keeps the fields that both variants have", () => {
    const page = kind.options[0];
    if (page === undefined) throw new Error("there is a first option");
    expect(withVariant(kind, { type: "offset", param: "p", step: 5 }, page)).toEqual({
      type: "page",
      param: "p",
    });
  });

  it("finds the variant by its tag, or by a plain text", () => {
    expect(variantOf(kind, { type: "none" })?.label).toBe("None");
    expect(variantOf(kind, "page")?.label).toBe("Pages");
    expect(variantOf(kind, undefined)).toBeUndefined();
  });
});

describe("texts that are read", () => {
  it("keeps a number within its limits", () => {
    const kind = { type: "number" as const, integer: true, min: 1, max: 9 };
    expect(readNumber(kind, "5")).toEqual({ value: 5 });
    expect(readNumber(kind, "0").fault).toBe("too_small");
    expect(readNumber(kind, "1.5").fault).toBe("not_whole");
    expect(readNumber(kind, "many").fault).toBe("not_a_number");
    expect(readNumber(kind, "{{ $vars.n }}")).toEqual({ value: "{{ $vars.n }}" });
    expect(readNumber(kind, "")).toEqual({ value: undefined });
  });

  it("says where JSON goes wrong", () => {
    expect(readJson('{"a": 1}').value).toEqual({ a: 1 });
    expect(readJson("").fault).toBeUndefined();
    expect(readJson('{"a": 1,\n x}').fault?.message).toContain("line 2");
    expect(readJson('{"a": ').fault?.message).toContain("not finished");
  });

  it("reads pasted headers", () => {
    expect(pairsFrom("Accept: text/xml\nX-Id\t7\n\n")).toEqual([
      { name: "Accept", value: "text/xml" },
      { name: "X-Id", value: "7" },
    ]);
  });

  it("leaves pairs without a name out, and names doubled ones", () => {
    expect(recordOf([{ name: " ", value: "x" }])).toBeUndefined();
    expect(
      doubledNames([
        { name: "a", value: "1" },
        { name: "a ", value: "2" },
      ]),
    ).toEqual(["a"]);
  });

  it("shows the default rather than the example", () => {
    expect(placeholderOf({ default: 30, example: "9" })).toBe("30");
    expect(placeholderOf({ default: {}, example: "orders" })).toBe("Such as orders");
  });
});
