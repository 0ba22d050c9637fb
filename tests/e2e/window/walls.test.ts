// What the window keeps out: pages, scripts and commands that are not Gantry's own.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshFolder } from "../support/programs";
import type { WebDriverSession } from "../support/webdriver";
import { invoke, openStage, type Stage } from "../support/window";

const folder = freshFolder();
let stage: Stage;
let page: WebDriverSession;
/** A server that would welcome every page of the world. */
let elsewhere: Server;
let calls = 0;

beforeAll(async () => {
  elsewhere = createServer((_, response) => {
    calls += 1;
    response.writeHead(200, { "access-control-allow-origin": "*", "content-type": "text/html" });
    response.end("<title>elsewhere</title>");
  });
  await new Promise<void>((listens) => elsewhere.listen(0, "127.0.0.1", listens));
  stage = await openStage();
  page = await stage.open(folder.path);
});

afterAll(async () => {
  await page?.close();
  await stage?.stop();
  elsewhere.close();
  folder.remove();
});

test("the window bears the program's name", async () => {
  expect(await page.title()).toContain("Gantry");
});

test("a command of Gantry's own is answered", async () => {
  const info = JSON.parse(await invoke(page, "call", { name: "app.info", body: {} }));
  expect(info.data_dir).toBe(folder.path);
});

test("a command of Tauri's own is refused", async () => {
  expect(await invoke(page, "plugin:app|version", {})).toMatch(/^refused: .*not allowed/);
  expect(await invoke(page, "plugin:webview|create_webview_window", {})).toMatch(/^refused: /);
});

test("text is never run as a script", async () => {
  const outcome = await page.run(() => {
    try {
      return String(new Function("return 1")());
    } catch (error) {
      return (error as Error).name;
    }
  });
  expect(outcome).toBe("EvalError");
});

test("the window does not leave for another page", async () => {
  const before = await page.run(() => location.href);
  await page.run((url) => {
    location.href = url;
  }, address());
  await new Promise((next) => setTimeout(next, 500));
  expect(await page.run(() => location.href)).toBe(before);
  expect(calls).toBe(0);
});

test("the page reaches no server of its own accord", async () => {
  const outcome = await page.run(
    (url) =>
      fetch(url).then(
        () => "answered",
        () => "refused",
      ),
    address(),
  );
  expect(outcome).toBe("refused");
  expect(calls).toBe(0);
});

function address(): string {
  return `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
}
