// Connections in Chromium: one is made with an API key, tested, chosen in a node and run with. The
// key is looked for wherever the page could have kept it.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { browserDriver, openChromium, type Served, serve } from "../support/browser";
import { shot } from "../support/driver";
import { type Loopback, loopback } from "../support/loopback";
import { freshFolder } from "../support/programs";

const KEY = "canary-5d0c3a7e-key";
const PASSPHRASE = "canary of a passphrase";

const folder = freshFolder();
let served: Served;
let browser: Browser;
let shop: Loopback;

/** A shop that lets in whoever has the key. */
function openShop(): Promise<Loopback> {
  return loopback((request) => {
    if (request.headers["x-api-key"] !== KEY) return [401, { error: "unknown key" }];
    if (request.url === "/me") return [200, { name: "Ada at the shop", left: 14_998 }];
    return [200, [{ id: 1 }, { id: 2 }, { id: 3 }]];
  });
}

beforeAll(async () => {
  [served, browser, shop] = await Promise.all([serve(folder.path), openChromium(), openShop()]);
});

afterAll(async () => {
  await browser?.close();
  await served?.stop();
  await shop?.close();
  folder.remove();
});

/** A page that keeps every answer of the host, to be searched. */
async function openPage(): Promise<{ page: Page; answers: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  page.setDefaultTimeout(15_000);
  const answers: string[] = [];
  page.on("response", async (response) => {
    if (!response.url().includes("/api/call/")) return;
    answers.push(await response.text().catch(() => ""));
  });
  await page.goto(served.url);
  return { page, answers };
}

const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });
const exactly = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

async function setKey(page: Page, verb: "Set" | "Replace", value: string): Promise<void> {
  await exactly(page, `${verb}: Key`).click();
  await page.keyboard.type(value);
  await page.keyboard.press("Enter");
  await page.getByText("“Key” is stored").waitFor();
}

async function saysOfTest(page: Page, text: string): Promise<void> {
  await exactly(page, "Test").last().click();
  await page.getByText(text).first().waitFor();
}

test("a connection is made, tested, mended and used by a flow; its key is nowhere", async () => {
  const { page, answers } = await openPage();
  await exactly(page, "Connections").click();
  await page.getByText("No connections yet").waitFor();
  await exactly(page, "New connection").click();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Shop");
  await page.getByRole("textbox", { name: "Base URL" }).fill(shop.url);
  await exactly(page, "Make the connection").click();
  await exactly(page, "Unlock").click();
  await page.getByLabel("Passphrase").fill(PASSPHRASE);
  await page.keyboard.press("Enter");
  await page.getByText("Secrets missing").waitFor();

  // The test call tells who we are; a wrong key is said to be wrong.
  await button(page, /^Test call/).click();
  await page.getByRole("textbox", { name: "Path" }).fill("/me");
  await page.getByRole("textbox", { name: "Account" }).fill("name");
  await page.keyboard.press("Control+s");
  await page.getByText("Shop is saved").waitFor();
  await setKey(page, "Set", "wrong");
  await saysOfTest(page, "401");
  await setKey(page, "Replace", KEY);
  await saysOfTest(page, "Ada at the shop");
  await shot(browserDriver(page), "connection");

  // A flow names it, and gives a path only.
  await exactly(page, "Flows").click();
  await page.keyboard.press("Alt+n");
  const name = page.getByRole("textbox", { name: "Flow name" });
  await expect.poll(() => name.inputValue()).toBe("Untitled flow");
  // The new flow begins with Start; what is added next is joined to it.
  await page.locator(".react-flow__node", { hasText: "Start" }).click();
  await page.getByRole("option", { name: "HTTP request" }).first().click();
  await page.locator(".react-flow__node", { hasText: "HTTP request" }).click();
  await page.locator('[data-key="/connection"] button').first().click();
  await page.getByRole("option", { name: /Shop/ }).click();
  await page.getByText(shop.url).first().waitFor();
  await page.locator('[data-key="/params/url"] .cm-content').click();
  await page.keyboard.type("/orders");
  await page.locator(".react-flow__node", { hasText: "GET /orders" }).waitFor();
  await page.keyboard.press("Control+Enter");
  await page.getByText("Done", { exact: true }).first().waitFor();
  expect(shop.calls).toContain("GET /orders");
  await page.getByRole("tab", { name: "Raw" }).click();
  await page.getByRole("tabpanel").getByRole("button", { name: /GET/ }).first().click();
  await page.getByText(/Masked:/).waitFor();
  await shot(browserDriver(page), "connection-run");

  // Where another environment has no such connection, that is said, and nothing is called.
  const before = shop.calls.length;
  await button(page, /^Environment: Development/).click();
  await page.getByRole("menuitem", { name: /^Test/ }).click();
  await page.getByRole("tab", { name: "Parameters" }).click();
  await page.getByText(/is not there in test/).waitFor();
  expect(shop.calls).toHaveLength(before);

  const dom = await page.evaluate<string>("document.documentElement.outerHTML");
  const kept = await page.evaluate<string>(
    "JSON.stringify([{ ...localStorage }, { ...sessionStorage }])",
  );
  for (const text of [dom, kept, ...answers]) {
    expect(text).not.toContain(KEY);
    expect(text).not.toContain(PASSPHRASE);
  }
  expect(answers.length).toBeGreaterThan(10);
  await page.close();
});
