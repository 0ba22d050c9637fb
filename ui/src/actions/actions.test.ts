import { beforeEach, describe, expect, test } from "vitest";
import { memoryHost } from "../host/memory";
import { findNode } from "../model/flow";
import { selectNodes } from "../model/selection";
import { resetStore, store } from "../model/store";
import { matches } from "./action";
import { ACTIONS, action } from "./all";
import { setHost } from "./context";
import { edit, flush } from "./editing";
import { openFlow } from "./flows";
import { press } from "./keys";
import { addNodeHere } from "./nodes";
import { start } from "./start";

function opened() {
  const { open } = store.getState();
  if (!open) throw new Error("no flow is open");
  return open;
}

async function settled(): Promise<void> {
  await flush();
  await new Promise((resolve) => setTimeout(resolve, 0));
}

beforeEach(async () => {
  resetStore();
  localStorage.clear();
  sessionStorage.clear();
  setHost(memoryHost());
  await start();
  await openFlow("orders-to-erp");
});

describe("keys", () => {
  const key = (text: string, held: Partial<KeyboardEvent> = {}) => ({
    key: text,
    ctrlKey: false,
    metaKey: false,
    shiftKey: false,
    altKey: false,
    ...held,
  });

  test("match with exactly the held keys that they name", () => {
    expect(matches(key("z", { ctrlKey: true }), "Ctrl+Z")).toBe(true);
    expect(matches(key("Z", { ctrlKey: true, shiftKey: true }), "Ctrl+Z")).toBe(false);
    expect(matches(key("z", { metaKey: true }), "Ctrl+Z")).toBe(true);
    expect(matches(key("+", { shiftKey: true }), "+")).toBe(true);
    expect(matches(key("?", { shiftKey: true }), "?")).toBe(true);
  });

  test("of the canvas or of the mapper are never given twice", () => {
    for (const isMapper of [false, true]) {
      const all = ACTIONS.filter((each) => (each.reach === "mapper") === isMapper);
      const keys = all.flatMap((each) => each.keys ?? []);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  test("do what the action does", () => {
    store.setState({ selection: selectNodes(["big"]) });
    press(new KeyboardEvent("keydown", { key: "d" }));
    expect(findNode(opened().flow, "big")?.node.disabled).toBe(true);
  });
});

describe("edits", () => {
  test("show at once, are stored, and are undone and redone", async () => {
    edit("Rename", { type: "set_node", node: "big", key: "/name", value: "Huge" });
    expect(findNode(opened().flow, "big")?.node.name).toBe("Huge");
    await settled();
    expect(opened().saved).toMatchObject({ rev: 2, undo: "Rename" });
    action("undo").run(store.getState());
    await settled();
    expect(findNode(opened().flow, "big")?.node.name).toBe("Large orders");
    action("redo").run(store.getState());
    await settled();
    expect(findNode(opened().flow, "big")?.node.name).toBe("Huge");
  });

  test("typed into one field are one change", async () => {
    for (const value of ["H", "Hu", "Huge"]) {
      edit("Rename", { type: "set_node", node: "big", key: "/name", value });
    }
    await settled();
    expect(opened().saved.rev).toBe(2);
  });

  test("that the host refuses are taken off the canvas again", async () => {
    const { flow, saved } = opened();
    store.setState({ open: { ...opened(), saved: { ...saved, rev: 99 } } });
    edit("Rename", { type: "set_node", node: "big", key: "/name", value: "Huge" });
    await settled();
    expect(opened().flow).toEqual(flow);
    expect(store.getState().toasts).toHaveLength(1);
  });

  test("that put a node in join it to the selected one", async () => {
    store.setState({ selection: selectNodes(["shape"]) });
    addNodeHere("data.sort");
    await settled();
    expect(opened().flow.wires).toContainEqual({ from: "shape", to: "data-sort" });
    expect(store.getState().selection.nodes).toEqual(["data-sort"]);
  });
});

test("deleting shows how to take it back, and heals on demand", async () => {
  store.setState({ selection: selectNodes(["big"]) });
  action("heal").run(store.getState());
  await settled();
  expect(opened().flow.wires).toContainEqual({ from: "orders", to: "match.left" });
  expect(store.getState().toasts[0]?.action?.label).toBe("Undo");
});
