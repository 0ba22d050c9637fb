import { beforeEach, expect, test, vi } from "vitest";
import { HostError } from "../host/host";
import { memoryHost } from "../host/memory";
import { waitingSamples } from "../host/memory/waiting";
import { staleWhy } from "../model/fresh";
import { questionCount } from "../model/inbox";
import { idsMeant, itemShown, openCount } from "../model/parked";
import { selectNodes } from "../model/selection";
import { resetStore, store } from "../model/store";
import { action } from "./all";
import { startConfirmed } from "./confirmed";
import { setHost } from "./context";
import { edit, flush } from "./editing";
import { openFlow } from "./flows";
import { decide } from "./inbox";
import { loadParked, meantIds, mendParked, resolveParked, retryParked } from "./parked";
import { start } from "./start";

let asked: { name: string; args: object }[] = [];
/** Commands that the host refuses once, as it does before a write in production. */
let toConfirm = new Set<string>();

beforeEach(async () => {
  resetStore();
  localStorage.clear();
  sessionStorage.clear();
  asked = [];
  toConfirm = new Set();
  const host = memoryHost(undefined, waitingSamples(Date.now()));
  setHost({
    ...host,
    call: (name, args) => {
      asked.push({ name, args });
      const isSure = "confirmed" in args && args.confirmed === true;
      if (toConfirm.has(name) && !isSure) {
        return Promise.reject(new HostError({ code: "confirm", message: "It writes to the ERP." }));
      }
      return host.call(name, args);
    },
  });
  await start();
  await openFlow("orders-to-erp");
});

function lastAsked(name: string): object | undefined {
  return asked.findLast((each) => each.name === name)?.args;
}

test("the counts on the rail are there from the start", async () => {
  await vi.waitFor(() => expect(openCount(store.getState().parked.open)).toBe(248));
  await vi.waitFor(() => expect(questionCount(store.getState().inbox)).toBe(3));
});

test("all open items of a group are meant, those that are not read yet included", async () => {
  await loadParked();
  store.setState(({ parked }) => ({
    parked: { ...parked, group: "orders-to-erp/post/server 503" },
  }));
  const { loadItems } = await import("./parked");
  await loadItems();
  expect(idsMeant(store.getState().parked)).toHaveLength(200);
  expect(await meantIds()).toHaveLength(240);
});

test("an item that was mended shows so, and is as it was without the change", async () => {
  await loadParked();
  const { item } = store.getState().parked;
  if (item === null) throw new Error("no item is shown");
  await mendParked(item, { id: 1 });
  expect(itemShown(store.getState().parked)?.edited).toEqual({ id: 1 });
  await mendParked(item, undefined);
  expect(itemShown(store.getState().parked)?.edited).toBeUndefined();
});

test("a retry that writes in production is asked about, and goes on once confirmed", async () => {
  await loadParked();
  toConfirm.add("parked.retry");
  await retryParked([900], "run");
  const { overlay } = store.getState();
  if (overlay?.type !== "confirm_writes") throw new Error("nobody was asked");
  expect(overlay.message).toBe("It writes to the ERP.");
  await startConfirmed(overlay.then, false);
  expect(lastAsked("parked.retry")).toEqual({ ids: [900], version: "run", confirmed: true });
});

test("a resolved item leaves the open ones, with its note", async () => {
  await loadParked();
  await resolveParked([900], " entered by hand ");
  expect(lastAsked("parked.resolve")).toEqual({ ids: [900], note: "entered by hand" });
  await vi.waitFor(() => expect(openCount(store.getState().parked.open)).toBe(247));
});

test("an answer takes the question away and keeps what was changed", async () => {
  await decide(1, { approve: true, value: { total: 5 }, note: " fine " });
  expect(lastAsked("inbox.decide")).toEqual({
    id: 1,
    approve: true,
    value: { total: 5 },
    note: "fine",
  });
  expect(store.getState().inbox.open?.some(({ id }) => id === 1)).toBe(false);
});

test("the first press shows the plan, the second one runs it", async () => {
  store.setState({ selection: selectNodes(["big"]) });
  action("run-to").run(store.getState());
  await vi.waitFor(() => expect(store.getState().planned?.plan).toBeTruthy());
  expect(lastAsked("runs.start")).toBeUndefined();
  expect(store.getState().planned?.plan?.nodes.map(({ node }) => node)).toContain("big");
  action("run-to").run(store.getState());
  await vi.waitFor(() => expect(lastAsked("runs.start")).toMatchObject({ to: "big" }));
  expect(store.getState().planned).toBeNull();
});

test("a plan goes with the flow that it is of", async () => {
  store.setState({ selection: selectNodes(["big"]) });
  action("run-to").run(store.getState());
  await vi.waitFor(() => expect(store.getState().planned?.plan).toBeTruthy());
  await openFlow("large");
  expect(store.getState().planned).toBeNull();
});

test("an edit asks again which nodes are stale, once it is stored", async () => {
  await vi.waitFor(() => expect(lastAsked("flows.freshness")).toBeDefined());
  const before = asked.filter(({ name }) => name === "flows.freshness").length;
  for (const where of ["total > 1", "total > 12", "total > 123"]) {
    edit("type", { type: "set_node", node: "big", key: "/params/where", value: where });
  }
  await flush();
  await vi.waitFor(() =>
    expect(asked.filter(({ name }) => name === "flows.freshness")).toHaveLength(before + 1),
  );
  expect(staleWhy(store.getState().fresh, "orders-to-erp", "big")).toBeNull();
});
