// From nothing to items on a wire, and again after a restart, in the window.

import { afterAll, beforeAll, expect, test } from "vitest";
import { drawFlow, findFlow, ORDERS, runAndRead } from "../support/journey";
import { freshFolder } from "../support/programs";
import { openShop, type Shop } from "../support/shop";
import { openStage, type Stage } from "../support/window";

const folder = freshFolder();
let shop: Shop;
let stage: Stage;

beforeAll(async () => {
  [shop, stage] = await Promise.all([openShop(ORDERS), openStage()]);
});

afterAll(async () => {
  await stage?.stop();
  await shop?.stop();
  folder.remove();
});

test("a flow is drawn, wired, set up and run against a live system", async () => {
  const page = await stage.open(folder.path);
  await drawFlow(page, shop.url);
  await runAndRead(page, "window-first-run");
  expect(shop.requests).toEqual(["GET /orders"]);
  await page.close();
});

test("after a restart the flow is found and runs again", async () => {
  const page = await stage.open(folder.path);
  await findFlow(page);
  await runAndRead(page, "window-second-run");
  expect(shop.requests).toEqual(["GET /orders", "GET /orders"]);
  await page.close();
});
