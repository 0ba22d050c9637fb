import { describe, expect, it } from "vitest";
import { getAt, setAt } from "../model/pointer";
import { isWithin, join, parent } from "./pointer";

describe("pointers of form fields", () => {
  it("escapes keys that hold a slash or a tilde", () => {
    expect(join("/params", "headers", "a/b~c")).toBe("/params/headers/a~1b~0c");
  });

  it("reads back what was set through the same pointer", () => {
    const key = join("/params", "headers", "x/y");
    expect(getAt(setAt({}, key, "1"), key)).toBe("1");
  });

  it("goes outwards one key at a time", () => {
    expect(parent("/params/fields/0/from")).toBe("/params/fields/0");
    expect(parent("/params")).toBe("");
  });

  it("does not take a key for one that merely begins alike", () => {
    expect(isWithin("/params/url", "/params/url")).toBe(true);
    expect(isWithin("/params/url/x", "/params/url")).toBe(true);
    expect(isWithin("/params/urls", "/params/url")).toBe(false);
  });
});
