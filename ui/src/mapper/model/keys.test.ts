import { describe, expect, it } from "vitest";
import type { SourceTree } from "../../bindings/SourceTree";
import { type Press, sourceCommand, targetCommand } from "./keys";
import { ROOTS, readPath } from "./sample";
import { sourceRows } from "./sources";
import { targetRows } from "./targets";

const NONE = new Set<string>();
const item: SourceTree[] = ROOTS.slice(0, 1).map((root) => ({
  ...root,
  fields: root.fields.slice(0, 2),
}));
const sources = sourceRows(item, NONE, "");
const targets = targetRows(
  [
    { to: "no", from: "id" },
    { to: "rows", from: "lines", fields: [{ to: "sku", from: "sku" }] },
  ],
  [],
  NONE,
  readPath,
);

function press(key: string, more: Partial<Press> = {}): Press {
  return { key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more };
}
const onSource = (key: string, index: number) => sourceCommand(press(key), sources, index);
const onTarget = (key: string, index: number, isHolding = false) =>
  targetCommand(press(key), targets, index, isHolding);

describe("keys on sources", () => {
  it("walk the tree, fold it and pick up", () => {
    expect(onSource("ArrowDown", 1)).toEqual({ do: "go", index: 2 });
    expect(onSource("End", 0)).toEqual({ do: "go", index: 4 });
    expect(onSource("ArrowLeft", 2)).toEqual({ do: "fold" });
    expect(onSource("ArrowLeft", 3)).toEqual({ do: "go", index: 2 });
    expect(onSource("ArrowRight", 2)).toEqual({ do: "go", index: 3 });
    expect(onSource("Enter", 0)).toEqual({ do: "fold" });
    expect(onSource("Enter", 1)).toEqual({ do: "pick" });
  });

  it("search by letters, but leave the app its keys", () => {
    expect(onSource("c", 1)).toEqual({ do: "search", text: "c" });
    expect(onSource("?", 1)).toBeUndefined();
    expect(sourceCommand(press("z", { ctrlKey: true }), sources, 1)).toBeUndefined();
  });
});

describe("keys on targets", () => {
  it("drop what was picked up, or let go of it", () => {
    expect(onTarget("Enter", 0, true)).toEqual({ do: "drop" });
    expect(onTarget("Escape", 0, true)).toEqual({ do: "cancel" });
    expect(onTarget("Delete", 0, true)).toBeUndefined();
    expect(onTarget("Escape", 0)).toBeUndefined();
  });

  it("open what belongs to a row, and change it", () => {
    expect(onTarget("Enter", 0)).toEqual({ do: "open", what: "menu" });
    expect(onTarget(".", 0)).toEqual({ do: "open", what: "functions" });
    expect(onTarget(":", 0)).toEqual({ do: "open", what: "type" });
    expect(onTarget("!", 0)).toEqual({ do: "open", what: "policy" });
    expect(onTarget("=", 0)).toEqual({ do: "open", what: "code" });
    expect(onTarget("F2", 0)).toEqual({ do: "name", text: null });
    expect(onTarget("Delete", 0)).toEqual({ do: "remove" });
    expect(targetCommand(press("ArrowUp", { altKey: true }), targets, 1, false)).toEqual({
      do: "move",
      step: -1,
    });
  });

  it("find a row by its first letter; on the empty row a letter begins a name", () => {
    expect(onTarget("s", 0)).toEqual({ do: "go", index: 2 });
    expect(onTarget("s", 0, true)).toEqual({ do: "go", index: 2 });
    expect(onTarget("s", 4)).toEqual({ do: "name", text: "s" });
    expect(onTarget("Enter", 4)).toEqual({ do: "name", text: "" });
  });

  it("fold for-eaches", () => {
    expect(onTarget("ArrowLeft", 2)).toEqual({ do: "go", index: 1 });
    expect(onTarget("ArrowLeft", 1)).toEqual({ do: "fold" });
    expect(onTarget("ArrowRight", 0)).toBeUndefined();
  });
});
