// The designer in a browser: it is served, to those who were told the address, and starts cleanly.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { browserDriver, openChromium, type Served, serve } from "../support/browser";
import { shot } from "../support/driver";
import { freshFolder } from "../support/programs";

const folder = freshFolder();
let served: Served;
let browser: Browser;

beforeAll(async () => {
  [served, browser] = await Promise.all([serve(folder.path), openChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await served?.stop();
  folder.remove();
});

test("the page opens without an error in its console", async () => {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(served.url);
  await page.getByRole("navigation").first().waitFor();
  expect(await page.title()).toContain("Gantry");
  await shot(browserDriver(page), "browser-start");
  expect(errors).toEqual([]);
  await page.close();
});

test("the page calls no other server", async () => {
  const page = await browser.newPage();
  const foreign: string[] = [];
  const { origin } = new URL(served.url);
  page.on("request", (request) => {
    const own = request.url().startsWith(origin) || request.url().startsWith("data:");
    if (!own) foreign.push(request.url());
  });
  await page.goto(served.url);
  await page.getByRole("navigation").first().waitFor();
  expect(foreign).toEqual([]);
  await page.close();
});

test("who was not told the token is refused", async () => {
  const { origin } = new URL(served.url);
  const call = (headers: Record<string, string>) =>
    fetch(`${origin}/api/call/app.info`, { method: "POST", headers, body: "{}" });
  const json = { "content-type": "application/json" };
  expect((await call(json)).status).toBeGreaterThanOrEqual(400);
  expect((await call({ ...json, "x-gantry-token": "guessed" })).status).toBeGreaterThanOrEqual(400);
  const token = new URL(served.url).searchParams.get("token") ?? "";
  expect((await call({ ...json, "x-gantry-token": token })).status).toBe(200);
});
