import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { setHost } from "../actions/context";
import { redo, undo } from "../actions/editing";
import { openFlow } from "../actions/flows";
import { openNode, select } from "../actions/select";
import { start } from "../actions/start";
import { App } from "../frame/App";
import { fetchParts } from "../frame/parts";
import { memoryHost } from "../host/memory";
import { SAMPLE } from "../host/memory/flows";
import { resetStore, store } from "../model/store";
import { currentFields } from "./edits";

beforeAll(fetchParts);

beforeEach(async () => {
  resetStore();
  localStorage.clear();
  sessionStorage.clear();
  setHost(memoryHost([SAMPLE]));
  await start();
  await openFlow("orders-to-erp");
  select({ nodes: ["shape"], wires: [] });
  openNode();
  render(<App />);
  await screen.findByRole("tree", { name: "Source fields" });
});

const sources = () => screen.getByRole("tree", { name: "Source fields" });
const targets = () => screen.getByRole("tree", { name: "Target fields" });
const madeFrom = () => currentFields().map((field) => `${field.to} from ${field.from}`);

function keys(tree: HTMLElement, ...names: string[]): void {
  for (const key of names) act(() => void fireEvent.keyDown(tree, { key }));
}

test("opening a mapping node opens the mapper, with sources, fields and the result", async () => {
  expect(within(sources()).getByRole("treeitem", { name: /^total, number/ })).toBeTruthy();
  const row = within(targets()).getByRole("treeitem", { name: "name, made from customer.name" });
  await waitFor(() => expect(row.textContent).toContain("Ada Lovelace"));
});

test("a source is picked up, carried to the empty row and dropped, by keys alone", async () => {
  expect(document.activeElement).toBe(sources());
  keys(sources(), "ArrowDown", "ArrowDown", "Enter");
  expect(document.activeElement).toBe(targets());
  keys(targets(), "End", "Enter");
  await waitFor(() =>
    expect(madeFrom()).toEqual(["number from id", "name from customer.name", "total from total"]),
  );
  expect(document.activeElement).toBe(sources());
  await act(undo);
  expect(currentFields()).toHaveLength(2);
  await act(redo);
  expect(currentFields()).toHaveLength(3);
});

test("a source on a taken row asks what becomes of the rule", async () => {
  keys(sources(), "ArrowDown", "ArrowDown", "Enter");
  keys(targets(), "Home", "Enter");
  const choice = await screen.findByRole("menuitem", { name: "Put it behind, as one text" });
  act(() => choice.click());
  await waitFor(() => expect(madeFrom()[0]).toBe('number from id & " " & total'));
});

test("a list becomes a for-each, and what is dropped in it begins at the entry", async () => {
  const list = within(sources()).getAllByRole("treeitem");
  const at = list.findIndex((row) => row.getAttribute("aria-label")?.startsWith("lines,"));
  keys(sources(), ...Array.from({ length: at }, () => "ArrowDown"), "Enter");
  keys(targets(), "End", "Enter");
  await waitFor(() => expect(currentFields()[2]?.fields).toEqual([]));
  keys(sources(), "Enter");
  keys(targets(), "End", "ArrowUp", "Enter");
  await waitFor(() => expect(currentFields()[2]?.fields).toEqual([{ to: "sku", from: "sku" }]));
});

test("fields are added by name, renamed and removed", async () => {
  keys(targets(), "End", "x");
  const input = await screen.findByRole("textbox", { name: "New field" });
  fireEvent.change(input, { target: { value: "extra" } });
  fireEvent.keyDown(input, { key: "Enter" });
  expect(madeFrom().at(-1)).toBe("extra from ");
  keys(targets(), "F2");
  const name = await screen.findByRole("textbox", { name: "Name of extra" });
  fireEvent.change(name, { target: { value: "more" } });
  fireEvent.keyDown(name, { key: "Enter" });
  expect(madeFrom().at(-1)).toBe("more from ");
  keys(targets(), "Delete");
  expect(currentFields()).toHaveLength(2);
});

test("Esc leaves the mapper, unless a source is held", () => {
  keys(sources(), "ArrowDown", "Enter");
  keys(targets(), "Escape");
  expect(store.getState().screen).toBe("mapper");
  keys(sources(), "Escape");
  expect(store.getState().screen).toBe("canvas");
});
