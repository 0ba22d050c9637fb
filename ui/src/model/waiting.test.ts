import { expect, test } from "vitest";
import type { Freshness } from "../bindings/Freshness";
import type { InboxItem } from "../bindings/InboxItem";
import type { StateEntry } from "../bindings/StateEntry";
import { staleWhy, withFresh } from "./fresh";
import { NO_INBOX, questionCount, questionShown, sortedOpen, waitingAt } from "./inbox";
import { argsOfPart, halves } from "./partial";
import { byFlow, NO_STATES, stateShown } from "./states";

function question(id: number, more: Partial<InboxItem> = {}): InboxItem {
  return {
    id,
    run: "r",
    flow: "f",
    flow_name: "F",
    node: "n",
    node_name: "N",
    item: "n:0",
    signal: `s${id}`,
    question: "Well?",
    value: null,
    at: id,
    ...more,
  };
}

test("what a person is asked stands first, and of that what is due first", () => {
  const signal = question(1, { question: undefined, due: 5 });
  const open = sortedOpen([
    signal,
    question(2),
    question(3, { due: 90 }),
    question(4, { due: 50 }),
  ]);
  expect(open.map(({ id }) => id)).toEqual([4, 3, 2, 1]);
});

test("the badge counts what waits for a person, the node what waits at it", () => {
  const pane = { ...NO_INBOX, open: [question(1), question(2, { question: undefined })] };
  expect(questionCount(pane)).toBe(1);
  expect(waitingAt(pane, "f", "n")).toBe(2);
  expect(waitingAt(pane, "f", "other")).toBe(0);
});

test("a question that is answered gives way to the next", () => {
  const pane = { ...NO_INBOX, open: [question(1), question(2)], item: 2 };
  expect(questionShown(pane)?.id).toBe(2);
  expect(questionShown({ ...pane, open: [question(1)] })?.id).toBe(1);
  expect(questionShown({ ...pane, tab: "answered" })).toBeNull();
});

test("values stand together by flow, keys in their order", () => {
  const entry = (flow_name: string, key: string): StateEntry => ({
    flow: flow_name,
    flow_name,
    key,
    at: 0,
  });
  const entries = [entry("B", "z"), entry("A", "y"), entry("B", "a")];
  expect(
    byFlow(entries).map(({ flow, entries: own }) => [flow, own.map(({ key }) => key)]),
  ).toEqual([
    ["A", ["y"]],
    ["B", ["a", "z"]],
  ]);
  expect(stateShown({ ...NO_STATES, entries })?.key).toBe("z");
  expect(stateShown({ ...NO_STATES, entries, chosen: { flow: "B", key: "a" } })?.key).toBe("a");
});

const FRESH: Freshness = { state: "fresh", why: "", run: "r1" };
const STALE: Freshness = { state: "stale", why: "its settings were changed", run: "r1" };

test("only the nodes that changed how they stand become other objects", () => {
  const before = withFresh(null, "f", { a: { ...FRESH }, b: { ...FRESH } });
  const same = withFresh(before, "f", { a: { ...FRESH }, b: { ...FRESH } });
  expect(same).toBe(before);
  const after = withFresh(before, "f", { a: { ...FRESH }, b: { ...STALE } });
  expect(after.nodes.a).toBe(before.nodes.a);
  expect(staleWhy(after, "f", "b")).toBe("its settings were changed");
  expect(staleWhy(after, "f", "a")).toBeNull();
  expect(staleWhy(after, "other", "b")).toBeNull();
});

test("a node that is gone is no longer known", () => {
  const before = withFresh(null, "f", { a: { ...FRESH }, b: { ...FRESH } });
  expect(Object.keys(withFresh(before, "f", { a: { ...FRESH } }).nodes)).toEqual(["a"]);
});

test("a part is told by its kind, what is taken over apart from what is run", () => {
  expect(argsOfPart({ kind: "to", node: "a" }, false)).toEqual({ to: "a" });
  expect(argsOfPart({ kind: "from", node: "a" }, true)).toEqual({ from: "a", anew: true });
  const node = (id: string, reused: boolean) => ({ node: id, name: id, reused, why: "" });
  const { run, reused } = halves({ nodes: [node("a", true), node("b", false)], summary: "" });
  expect([run, reused].map((half) => half.map(({ node: id }) => id))).toEqual([["b"], ["a"]]);
});
