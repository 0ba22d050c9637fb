import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { setHost } from "../actions/context";
import { decideWrites } from "../actions/decide-writes";
import { start } from "../actions/start";
import { App } from "../frame/App";
import { fetchParts } from "../frame/parts";
import type { Host } from "../host/host";
import { memoryHost } from "../host/memory";
import { SAMPLE } from "../host/memory/flows";
import { resetStore, store } from "../model/store";

beforeAll(fetchParts);

async function begin(host: Host): Promise<void> {
  setHost(host);
  await start();
  render(<App />);
}

beforeEach(() => {
  resetStore();
  localStorage.clear();
  sessionStorage.clear();
});

const click = (name: string | RegExp, within_: HTMLElement = document.body) =>
  act(async () => {
    fireEvent.click(within(within_).getByRole("button", { name }));
  });

test("an interrupted run goes on once it is said what became of its writes", async () => {
  await begin(memoryHost([SAMPLE], { interrupted: 1 }));
  expect(await screen.findByText("1 run was interrupted.")).toBeTruthy();
  expect(screen.getByText("It waits for you.")).toBeTruthy();
  await click("Go on with it");
  const dialog = await screen.findByRole("dialog");
  expect(await within(dialog).findByText("33 done · 4 not done · 3 not known")).toBeTruthy();
  const goOn = within(dialog).getByRole("button", { name: "Go on with the run" });
  expect(goOn).toHaveProperty("disabled", true);
  // Rows of a list are not laid out here, so one is decided about as its buttons do.
  const step = store.getState().writes?.view?.writes[0]?.step ?? "";
  await act(() => decideWrites("interrupted-0", "done", [step]));
  expect(await within(dialog).findByText("2 decisions are left")).toBeTruthy();
  await click("Do it again", dialog);
  expect(await within(dialog).findByText("Everything is decided.")).toBeTruthy();
  await click("Go on with the run", dialog);
  await waitFor(() => expect(store.getState().interrupted.wait).toEqual([]));
  expect(screen.queryByText("1 run was interrupted.")).toBeNull();
  expect(store.getState().overlay).toBeNull();
});

test("runs that wait are shown in the list, and the message can be put aside", async () => {
  await begin(memoryHost([SAMPLE], { interrupted: 2, past: 30 }));
  expect(await screen.findByText("They wait for you.")).toBeTruthy();
  await click("Show them in the list");
  expect(await screen.findByText("2 runs shown")).toBeTruthy();
  expect(screen.queryByText("2 runs were interrupted.")).toBeNull();
});

test("a list of runs that cannot be read says so, and is read again on demand", async () => {
  const host = memoryHost([SAMPLE], { past: 3 });
  let isBroken = true;
  const call: Host["call"] = (name, args) =>
    isBroken && name === "runs.list"
      ? Promise.reject(new Error("The database is busy."))
      : host.call(name, args);
  await begin({ ...host, call });
  act(() => store.setState({ screen: "runs" }));
  expect(await screen.findByText("The database is busy.")).toBeTruthy();
  isBroken = false;
  await click("Try again");
  expect(await screen.findByText("3 runs shown")).toBeTruthy();
});
