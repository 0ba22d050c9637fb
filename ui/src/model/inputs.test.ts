import { describe, expect, it } from "vitest";
import { inputsKey, inputsOf, itemsOf } from "./inputs";

describe("inputs that are kept by name", () => {
  it("are read from the settings, and what is none is left out", () => {
    const settings = { [inputsKey("orders")]: { one: [{ id: 1 }], broken: "text" }, theme: "dark" };
    expect(inputsOf(settings, "orders")).toEqual({ one: [{ id: 1 }] });
    expect(inputsOf(settings, "others")).toEqual({});
    expect(inputsOf({ [inputsKey("orders")]: null }, "orders")).toEqual({});
  });

  it("a list stands for several items, anything else for one", () => {
    expect(itemsOf([{ id: 1 }, { id: 2 }])).toHaveLength(2);
    expect(itemsOf({ id: 1 })).toEqual([{ id: 1 }]);
    expect(itemsOf(0)).toEqual([0]);
    expect(itemsOf(undefined)).toEqual([]);
  });
});
