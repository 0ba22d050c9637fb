// The designer in Chromium, served by `gantry serve`.

import { type Browser, chromium, type Page } from "playwright-core";
import type { Driver, Point } from "./driver";
import { built, found, type Running, says, start } from "./programs";

/** A served designer. */
export type Served = { url: string; stop: () => Promise<void> };

/** Starts `gantry serve` on a free port, with a data folder of its own. */
export async function serve(dataDir: string, args: string[] = []): Promise<Served> {
  // Secrets of a test never go to the keyring of whoever runs it.
  const env = { ...process.env, GANTRY_VAULT: "file" };
  const running: Running = start(
    built("gantry"),
    ["serve", "--port", "0", "--data-dir", dataDir, ...args],
    { env },
  );
  const [url] = await says(running, /http:\/\/127\.0\.0\.1:\d+\S*/);
  return { url, stop: running.stop };
}

/** Starts a Chromium that knows nothing and calls nobody. */
export function openChromium(): Promise<Browser> {
  const executablePath = found("Chromium", [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
  ]);
  const args = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
  return chromium.launch({ executablePath, args });
}

/** A page of that Chromium as a driver. */
export function browserDriver(page: Page): Driver {
  const { mouse, keyboard } = page;
  const through = async (path: Point[], press: boolean) => {
    const [first, ...rest] = path;
    if (first === undefined) return;
    await mouse.move(first.x, first.y);
    if (press) await mouse.down();
    for (const point of rest) await mouse.move(point.x, point.y);
    if (press) await mouse.up();
  };
  return {
    run: (work, ...args) => callInPage(page, work, args),
    pointer: through,
    doubleClick: (at) => mouse.dblclick(at.x, at.y),
    type: (text) => keyboard.type(text),
    press: (keys) => keyboard.press(keys),
    screenshot: () => page.screenshot(),
  };
}

async function callInPage<A extends unknown[], R>(
  page: Page,
  work: (...args: A) => R | Promise<R>,
  args: A,
): Promise<R> {
  return (await page.evaluate(`(${work})(...${JSON.stringify(args)})`)) as R;
}
