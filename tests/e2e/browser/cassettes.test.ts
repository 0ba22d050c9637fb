// Cassettes in Chromium: a run is recorded, the system goes away, and a replay gives the same.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { browserDriver, openChromium, type Served, serve } from "../support/browser";
import { shot } from "../support/driver";
import { type Loopback, loopback } from "../support/loopback";
import { freshFolder } from "../support/programs";

const folder = freshFolder();
let served: Served;
let browser: Browser;
let shop: Loopback;

beforeAll(async () => {
  [served, browser, shop] = await Promise.all([
    serve(folder.path),
    openChromium(),
    loopback((request) =>
      request.method === "GET" ? [200, [{ id: 1 }, { id: 2 }]] : [201, { stored: true }],
    ),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await served?.stop();
  await shop?.close();
  folder.remove();
});

/** Reads the orders, then writes each of them back. */
function flowFile(): string {
  const flow = {
    gantry: 1,
    id: "copy-orders",
    name: "Copy orders",
    nodes: [
      { id: "start", type: "trigger.manual" },
      { id: "read", type: "http.request", params: { url: `${shop.url}/orders` } },
      {
        id: "write",
        type: "http.request",
        name: "Write back",
        params: {
          method: "POST",
          url: `${shop.url}/copies`,
          body: { type: "json", value: "{{ $ }}" },
        },
      },
    ],
    wires: [
      { from: "start", to: "read" },
      { from: "read", to: "write" },
    ],
  };
  const path = join(folder.path, "copy-orders.flow.json");
  writeFileSync(path, JSON.stringify(flow));
  return path;
}

async function runAs(page: Page, mode: RegExp): Promise<void> {
  await page.getByRole("button", { name: "More ways to run" }).click();
  await page.getByRole("dialog").getByText(mode).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("region", { name: "Run" }).getByText("Done", { exact: true }).waitFor();
}

test("a run is recorded, held back, and replayed when the system is gone", async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  page.setDefaultTimeout(15_000);
  await page.goto(served.url);
  await page.getByRole("button", { name: "Flows", exact: true }).click();
  const chosen = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await (await chosen).setFiles(flowFile());
  await page.getByText("Write back").first().waitFor();

  await runAs(page, /^Record$/);
  await page.getByText(/3 calls were recorded/).waitFor();
  expect(shop.calls).toHaveLength(3);

  // A dry run reads, and lists what it would have written.
  await runAs(page, /^Dry run$/);
  expect(shop.calls).toHaveLength(4);
  await page.getByRole("button", { name: "Open the run bar" }).click();
  await page.getByRole("tab", { name: /Would send/ }).click();
  await page.getByRole("tabpanel").getByText("2 writes held back").waitFor();
  await shot(browserDriver(page), "dry-run");

  // With the system gone, the cassette answers.
  await shop.close();
  await page.getByRole("button", { name: "Cassettes", exact: true }).click();
  await page.getByRole("button", { name: /^Replay with/ }).waitFor();
  await shot(browserDriver(page), "cassettes");
  await page.getByRole("button", { name: /^Replay with/ }).click();
  await page.getByRole("button", { name: "Run", exact: true }).click();
  const bar = page.getByRole("region", { name: "Run" });
  await bar.getByText("Done", { exact: true }).waitFor();
  await page.getByRole("tab", { name: /^Calls/ }).click();
  const answered = page.getByRole("tabpanel").getByText("from cassette");
  await expect.poll(() => answered.count()).toBe(3);
  expect(shop.calls).toHaveLength(4);
  await shot(browserDriver(page), "replay");

  // The log knows what left and what did not.
  await page.getByRole("button", { name: "Network", exact: true }).click();
  await page.getByText("4 calls left this computer").waitFor();
  await shot(browserDriver(page), "network");
  await page.close();
});
