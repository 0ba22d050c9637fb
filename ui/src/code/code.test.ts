import { describe, expect, it } from "vitest";
import { shapeOf } from "../data/schema";
import { insideBraces, type Names, offersAt } from "./completion";
import { marksOf } from "./extensions";
import { piecesOf } from "./highlight";
import { commonError, nextFailing, standOf } from "./previews";

const NAMES: Names = {
  items: shapeOf([
    { id: 1, customer: { name: "Ada", "home town": "London" }, lines: [{ sku: "A", qty: 2 }] },
  ]),
  vars: [{ name: "shop", example: "http://127.0.0.1" }],
  env: ["sandbox"],
  nodes: [{ id: "orders", title: "Orders of today" }],
  node: (id) => (id === "orders" ? shapeOf([{ total: 5 }]) : undefined),
};

function offered(text: string): string[] {
  const at = text.indexOf("|");
  const offers = offersAt(text.replace("|", ""), at, NAMES);
  return (
    offers?.options
      .filter((option) => option.kind === "key" || option.kind === "node")
      .map((option) => option.insert) ?? []
  );
}

describe("completion", () => {
  it("offers the item's keys, with type and example", () => {
    const offers = offersAt("cu", 2, NAMES);
    expect(offers?.from).toBe(0);
    expect(offers?.options.find((option) => option.label === "id")).toMatchObject({
      detail: "number",
      info: "1",
    });
  });

  it("offers keys inside objects, odd ones in backticks", () => {
    expect(offered("customer.|")).toEqual(["name", "`home town`"]);
  });

  it("knows that a filter and a step are about the list's elements", () => {
    expect(offered("lines[q|]")).toContain("qty");
    expect(offered("lines.(q|)")).toContain("qty");
    expect(offered("$sum(lines.q|)")).toEqual(["sku", "qty"]);
  });

  it("offers variables, environment and nodes", () => {
    expect(offered("$vars.|")).toEqual(["shop"]);
    expect(offered("$env.|")).toEqual(["sandbox"]);
    expect(offered('$node("|')).toEqual(["orders"]);
    expect(offered('$node("orders").|')).toEqual(["total"]);
  });

  it("offers nothing inside a text", () => {
    expect(offersAt('"cust', 5, NAMES)).toBeUndefined();
  });

  it("works inside the braces of a template only", () => {
    expect(insideBraces("a {{ id }} b", 6)).toEqual({ from: 4, to: 8 });
    expect(insideBraces("a {{ id }} b", 11)).toBeUndefined();
  });
});

describe("colours", () => {
  it("tell a division from a pattern", () => {
    const looks = (text: string) =>
      piecesOf(text, false).map((piece) => `${piece.look}:${piece.text}`);
    expect(looks("total / 2")).toContain("tok-operator:/");
    expect(looks("$match(a, /x/)")).toContain("tok-string:/x/");
  });

  it("keep every character", () => {
    const text = 'Order {{ $uppercase("é") & `home town` }} of {{ id }}';
    expect(
      piecesOf(text, true)
        .map((piece) => piece.text)
        .join(""),
    ).toBe(text);
  });
});

describe("previews", () => {
  const fine = { item: "a:0/0", value: 1 };
  const bad = { item: "a:0/1", error: { code: "T2001", message: "No number." } };

  it("count what fails and lead to the next", () => {
    expect(standOf([fine, bad, { item: "a:0/2" }], 9)).toEqual({
      index: 2,
      count: 3,
      failing: 1,
      empty: 1,
    });
    expect(nextFailing([fine, bad, fine], 1)).toBe(1);
    expect(nextFailing([fine], 0)).toBeUndefined();
  });

  it("take a mistake of the expression itself as one", () => {
    expect(commonError([bad, bad])?.code).toBe("T2001");
    expect(commonError([bad, fine])).toBeUndefined();
  });

  it("mark the last character for a mistake at the end", () => {
    expect(marksOf([{ message: "m", severity: "error", span: [5, 6] }], 5)[0]).toMatchObject({
      from: 4,
      to: 5,
    });
  });
});
