import { expect, test } from "vitest";
import type { ParkedGroup } from "../bindings/ParkedGroup";
import type { ParkedItem } from "../bindings/ParkedItem";
import { changedFields, isSameValue } from "./changes";
import {
  groupKey,
  idsMeant,
  NO_PARKED,
  openAt,
  openCount,
  tellingFields,
  withAllTicked,
  withFilter,
  withGroup,
  withGroups,
  withItems,
  withTick,
} from "./parked";

function group(node: string, open: number): ParkedGroup {
  return {
    cause: "c",
    flow: "f",
    flow_name: "F",
    node,
    node_name: node,
    class: "validation",
    message: "m",
    advice: "",
    verdict: "",
    open,
    resolved: 0,
    first_at: 0,
    last_at: 0,
  };
}

function item(
  id: number,
  state: ParkedItem["state"] = "open",
  value: unknown = { id },
): ParkedItem {
  const error = { node: "n", class: "validation", message: "m", value, attempts: 1 } as const;
  return { id, run: "r", flow: "f", node: "n", cause: "c", error, state, at: 0 };
}

const [A, B] = [group("a", 3), group("b", 2)];
const PANE = withItems(
  withGroups(NO_PARKED, [A, B]),
  [item(3), item(2), item(1, "resolved")],
  false,
);

test("the first group and the first item are shown until another is chosen", () => {
  expect(PANE.group).toBe(groupKey(A));
  expect(PANE.item).toBe(3);
  const other = withGroup(PANE, groupKey(B));
  expect(other.items).toBeNull();
  expect(withGroups(other, [A, B]).group).toBe(groupKey(B));
});

test("a group that is gone gives way to none, and takes its ticks along", () => {
  const pane = withGroups(withTick(PANE, 2), [B]);
  expect(pane.group).toBeNull();
  expect(withGroups(pane, [B]).group).toBeNull();
  expect(withGroups(withFilter(pane, {}), [B]).group).toBe(groupKey(B));
  expect(pane.chosen).toEqual([]);
});

test("retry means the ticked items, or all that are open when none is ticked", () => {
  expect(idsMeant(PANE)).toEqual([3, 2]);
  expect(idsMeant(withTick(PANE, 2))).toEqual([2]);
  expect(idsMeant(withTick(withTick(PANE, 2), 2))).toEqual([3, 2]);
});

test("what is being tried again or is resolved is never meant", () => {
  const all = withAllTicked(PANE);
  expect(all.chosen).toEqual([3, 2]);
  const later = withItems(all, [item(3, "retrying"), item(2)], false);
  expect(idsMeant(later)).toEqual([2]);
});

test("items that are read again keep their ticks and what was typed", () => {
  const pane = { ...withTick(PANE, 2), draft: { id: 3, text: "{" } };
  const again = withItems(pane, [item(4), item(3), item(2)], false);
  expect(again.chosen).toEqual([2]);
  expect(again.item).toBe(3);
  expect(again.draft).toEqual({ id: 3, text: "{" });
  expect(withItems(pane, [item(2)], false).draft).toBeNull();
});

test("another filter keeps the counts only", () => {
  const pane = withFilter({ ...PANE, open: [A, B] }, { state: "resolved" });
  expect(pane.open).toEqual([A, B]);
  expect(pane.groups).toBeNull();
});

test("counts are of a node, or of all", () => {
  expect(openCount([A, B])).toBe(5);
  expect(openAt([A, B, { ...A, cause: "d", open: 4 }], "f", "a")).toBe(7);
  expect(openAt([A, B], "other", "a")).toBe(0);
});

test("the fields that name an item come first, lists and objects not at all", () => {
  const value = { lines: [], total: 4, customer: {}, order_id: 7, paid: true, name: "A" };
  expect(tellingFields([item(1, "open", value)])).toEqual(["order_id", "name", "total"]);
  expect(tellingFields([item(1, "open", "text")])).toEqual([]);
});

test("changes are told by their field, with the path inside objects", () => {
  const before = { id: 1, customer: { no: null, name: "A" }, lines: [1] };
  const after = { id: 1, customer: { no: "C-1", name: "A" }, lines: [1, 2], extra: 1 };
  expect(changedFields(before, after)).toEqual(["customer.no", "lines", "extra"]);
  expect(changedFields(before, { lines: [1], customer: before.customer, id: 1 })).toEqual([]);
  expect(changedFields(before, [1])).toBeNull();
});

test("a field that is missing is not the same as another one", () => {
  expect(isSameValue({ a: undefined }, { b: undefined })).toBe(false);
  expect(isSameValue({ a: 1, b: [{ c: null }] }, { b: [{ c: null }], a: 1 })).toBe(true);
});
