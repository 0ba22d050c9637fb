// From nothing to items on a wire, and again after a restart, in a browser.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { browserDriver, openChromium, type Served, serve } from "../support/browser";
import { drawFlow, findFlow, ORDERS, runAndRead } from "../support/journey";
import { freshFolder } from "../support/programs";
import { openShop, type Shop } from "../support/shop";

const folder = freshFolder();
let shop: Shop;
let browser: Browser;
let served: Served;

beforeAll(async () => {
  [shop, browser] = await Promise.all([openShop(ORDERS), openChromium()]);
  served = await serve(folder.path);
});

afterAll(async () => {
  await browser?.close();
  await served?.stop();
  await shop?.stop();
  folder.remove();
});

async function openPage() {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(served.url);
  return page;
}

test("a flow is drawn, wired, set up and run against a live system", async () => {
  const page = await openPage();
  const driver = browserDriver(page);
  await drawFlow(driver, shop.url);
  await runAndRead(driver, "browser-first-run");
  expect(shop.requests).toEqual(["GET /orders"]);
  await page.close();
});

test("after a restart the flow is found and runs again", async () => {
  await served.stop();
  served = await serve(folder.path);
  const page = await openPage();
  const driver = browserDriver(page);
  await findFlow(driver);
  await runAndRead(driver, "browser-second-run");
  expect(shop.requests).toEqual(["GET /orders", "GET /orders"]);
  await page.close();
});
