// Twelve fields are mapped without an expression, by mouse and by keyboard; a run gives what the
// preview showed.

import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { browserDriver, openChromium, type Served, serve } from "../support/browser";
import { type Driver, seen, shot } from "../support/driver";
import {
  FIRST,
  mapByKeyboard,
  mapByMouse,
  openByKeyboard,
  openByMouse,
  SALES,
  shownOutputs,
  undoAndRedo,
  unmappedFlow,
} from "../support/mapping";
import { freshFolder } from "../support/programs";
import { openShop, type Shop } from "../support/shop";

let folder: ReturnType<typeof freshFolder>;
let shop: Shop;
let browser: Browser;
let served: Served;

beforeAll(async () => {
  [shop, browser] = await Promise.all([openShop(SALES), openChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await shop?.stop();
});

beforeEach(async () => {
  folder = freshFolder();
  served = await serve(folder.path);
  await call("flows.import", { text: unmappedFlow(shop.url) });
});

afterEach(async () => {
  await served?.stop();
  folder?.remove();
});

async function call<Ret>(name: string, args: unknown): Promise<Ret> {
  const { origin, searchParams } = new URL(served.url);
  const answer = await fetch(`${origin}/api/call/${name}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-gantry-token": searchParams.get("token") ?? "",
    },
    body: JSON.stringify(args),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as Ret;
}

async function openFlow() {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
  const address = new URL(served.url);
  address.searchParams.set("flow", "mapped");
  await page.goto(address.href);
  const driver = browserDriver(page);
  await seen(driver, { css: '.react-flow__node[aria-label^="Sales order,"]' });
  return { page, driver };
}

/** Runs the flow from the mapper; what leaves the node is what the preview showed. */
async function runGivesWhatIsShown(driver: Driver): Promise<void> {
  const shown = await shownOutputs(driver, SALES.length);
  expect(shown[0]).toEqual(FIRST);
  expect(shown[1]).toMatchObject({ remark: "none", line_total: 80, positions: [{ sku: "A-1" }] });
  const [before] = await lastRuns();
  await driver.press("Control+Enter");
  await expect.poll(async () => (await lastRuns())[0]?.id).not.toBe(before?.id);
  await expect.poll(async () => (await lastRuns())[0]?.status).toBe("ok");
  const [run] = await lastRuns();
  const tap = { type: "output", node: "map", port: "out" };
  const page = { run: run?.id, tap, offset: 0, limit: 10 };
  const { items } = await call<{ items: { value: unknown }[] }>("runs.items", page);
  expect(items.map((item) => item.value)).toEqual(shown);
}

function lastRuns() {
  return call<{ id: string; status: string }[]>("runs.list", { flow: "mapped", limit: 1 });
}

test("twelve fields are mapped by mouse, and the run gives what the preview showed", async () => {
  const { page, driver } = await openFlow();
  await openByMouse(driver);
  await mapByMouse(driver);
  await undoAndRedo(driver);
  await shot(driver, "browser-mapped-by-mouse");
  await runGivesWhatIsShown(driver);
  await page.close();
});

test("the same is mapped by keyboard alone", async () => {
  const { page, driver } = await openFlow();
  await openByKeyboard(driver);
  await mapByKeyboard(driver);
  await shot(driver, "browser-mapped-by-keyboard");
  await runGivesWhatIsShown(driver);
  await page.close();
});
