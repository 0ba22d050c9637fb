// Tables in Chromium: made, filled from the clipboard, typed over, undone, taken in from a file.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
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

const BLOCK = [
  ["code", "name", "vat", "EU"],
  ["DE", "Germany", "19", "yes"],
  ["FR", "France", "20", "yes"],
  ["CH", "Switzerland", "8.1", "no"],
];

const sheet = (page: Page) => page.locator('[role="grid"][aria-rowcount]');

/** The cells of the sheet, row by row, the line for a new row left out. */
async function cells(page: Page): Promise<string[][]> {
  const rows = sheet(page).locator('[role="row"]');
  const texts = await rows.evaluateAll((found) =>
    found.map((row) =>
      [...row.querySelectorAll('[role="gridcell"]')].map((cell) => cell.textContent ?? ""),
    ),
  );
  return texts.filter((row) => row.some((text) => text !== ""));
}

async function choose(page: Page, button: string, entry: string): Promise<void> {
  await page.getByRole("button", { name: button }).click();
  await page.getByRole("menuitem", { name: entry }).click();
}

test("a table is filled from the clipboard, typed over and undone", async () => {
  const permissions = ["clipboard-read", "clipboard-write"];
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, permissions });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(served.url);
  await page.getByRole("button", { name: "Tables" }).click();
  await page.getByRole("button", { name: "New table" }).click();
  await page.getByRole("textbox", { name: /Name of the table/ }).fill("Countries");
  await page.keyboard.press("Enter");
  await sheet(page).click({ position: { x: 100, y: 42 } });
  const text = BLOCK.map((row) => row.join("\t")).join("\n");
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
  await page.keyboard.press("Control+V");
  await expect.poll(() => cells(page)).toEqual(BLOCK.slice(1));

  await choose(page, "Column vat", "Holds numbers");
  await choose(page, "Column EU", "Holds yes or no");
  await expect.poll(async () => (await cells(page))[2]).toEqual(["CH", "Switzerland", "8.1", "No"]);

  // A new row by keys alone; a text that is no number stays, to be corrected.
  await sheet(page).focus();
  await page.keyboard.press("Control+Home");
  for (let row = 0; row < 3; row += 1) await page.keyboard.press("ArrowDown");
  await page.keyboard.type("AT");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Austria");
  await page.keyboard.press("Tab");
  await page.keyboard.type("twenty");
  await page.keyboard.press("Enter");
  await page.getByText("“twenty” is no number").waitFor();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("20");
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await cells(page))[3]).toEqual(["AT", "Austria", "20", ""]);
  await shot(browserDriver(page), "tables");

  // What was done before the page was loaded again can still be undone.
  await page.reload();
  await page.getByRole("button", { name: "Tables" }).click();
  await page.getByRole("row", { name: /Countries/ }).click();
  await page.getByRole("button", { name: /^Undo/ }).click();
  await expect.poll(async () => (await cells(page))[3]).toEqual(["AT", "Austria", "", ""]);
  expect(errors).toEqual([]);
  await context.close();
});

test("a file of twenty thousand rows becomes a table", async () => {
  const lines = Array.from({ length: 20_000 }, (_, n) => `A-${n};Article ${n};${n}.50`);
  const path = join(folder.path, "articles.csv");
  writeFileSync(path, `sku;name;price\n${lines.join("\n")}\n`);
  const page = await browser.newPage();
  await page.goto(served.url);
  await page.getByRole("button", { name: "Tables" }).click();
  const chosen = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Import a file" }).click();
  await (await chosen).setFiles(path);
  await expect.poll(() => sheet(page).getAttribute("aria-rowcount")).toBe("20002");
  await sheet(page).focus();
  await page.keyboard.press("Control+End");
  await page.getByText("A-19999").waitFor();
  // Only what is in sight is drawn.
  expect(await sheet(page).locator('[role="row"]').count()).toBeLessThan(80);
  await page.close();
});
