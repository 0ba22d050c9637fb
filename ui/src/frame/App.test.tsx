import { act, render, screen, waitFor, within } from "@testing-library/react";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { setHost } from "../actions/context";
import { openFlow, showScreen } from "../actions/flows";
import { start } from "../actions/start";
import { memoryHost } from "../host/memory";
import { SAMPLE } from "../host/memory/flows";
import { findNode } from "../model/flow";
import { resetStore, store } from "../model/store";
import { App } from "./App";
import { fetchParts } from "./parts";

function press(key: string, held: KeyboardEventInit = {}): void {
  act(() => {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, ...held }));
  });
}

beforeAll(fetchParts);

beforeEach(async () => {
  resetStore();
  localStorage.clear();
  sessionStorage.clear();
  setHost(memoryHost([SAMPLE]));
  await start();
  await openFlow("orders-to-erp");
  render(<App />);
});

test("the window names its parts", () => {
  expect(screen.getByRole("navigation", { name: "Screens" })).toBeTruthy();
  expect(screen.getByRole("textbox", { name: "Flow name" })).toHaveProperty(
    "value",
    "Orders to the ERP",
  );
  expect(screen.getByRole("button", { name: "Run" })).toBeTruthy();
  expect(screen.getByRole("region", { name: "Flow" })).toBeTruthy();
  expect(screen.getByRole("button", { name: "1 problem" })).toBeTruthy();
});

test("the palette lists every node type by its title, and a click puts one in", async () => {
  const palette = screen.getByRole("listbox", { name: "Node types" });
  act(() => within(palette).getByRole("option", { name: "Sort" }).click());
  await waitFor(() => {
    const { open } = store.getState();
    expect(open && findNode(open.flow, "data-sort")).toBeTruthy();
  });
});

test("Ctrl+K opens the commands, F8 goes to the problem, ? shows the keys", async () => {
  press("k", { ctrlKey: true });
  const dialog = await screen.findByRole("dialog", { name: "Commands" });
  expect(within(dialog).getByRole("option", { name: "Tidy up" })).toBeTruthy();
  act(() => store.setState({ overlay: null }));
  press("F8");
  expect(store.getState().selection.nodes).toEqual(["alarm"]);
  press("?");
  expect(await screen.findByRole("dialog", { name: "Keys" })).toBeTruthy();
});

test("a run shows in the run bar how it stands", async () => {
  expect(screen.getByText("Not run yet")).toBeTruthy();
  press("Enter", { ctrlKey: true });
  await screen.findByRole("button", { name: "Stop" });
  press(".", { ctrlKey: true });
  await waitFor(() => expect(store.getState().run?.run.status).toBe("cancelled"));
  expect(await screen.findByText("Stopped")).toBeTruthy();
});

test("each screen can be gone to", () => {
  for (const name of ["flows", "runs", "settings"] as const) {
    act(() => showScreen(name));
    expect(store.getState().screen).toBe(name);
  }
});
