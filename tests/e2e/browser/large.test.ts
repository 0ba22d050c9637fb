// The canvas with 500 nodes and 800 wires: how fast it opens, how smoothly it moves.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { browserDriver, openChromium, type Served, serve } from "../support/browser";
import { seen, shot } from "../support/driver";
import { largeFlow } from "../support/large";
import { freshFolder } from "../support/programs";

const N_NODES = 500;
const N_WIRES = 800;
const OPENS_WITHIN_MS = 1_000;
/** Of the processor's time: what other programs on the machine take is not the page's doing. */
const LONG_TASK_MS = 50;
const N_MOVES = 60;
/** Other programs can be in the way once or twice. */
const TRIES = 3;

const folder = freshFolder();
let browser: Browser;
let served: Served;

beforeAll(async () => {
  [served, browser] = await Promise.all([serve(folder.path), openChromium()]);
  await importFlow();
});

afterAll(async () => {
  await browser?.close();
  await served?.stop();
  folder.remove();
});

async function importFlow(): Promise<void> {
  const { origin, searchParams } = new URL(served.url);
  const token = searchParams.get("token") ?? "";
  const answer = await fetch(`${origin}/api/call/flows.import`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-gantry-token": token },
    body: JSON.stringify(largeFlow(N_NODES, N_WIRES)),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** Clicks the flow in the list; gives the time until its nodes are painted, in milliseconds. */
async function openLarge(page: Page): Promise<number> {
  const driver = browserDriver(page);
  await page.getByRole("button", { name: "Flows", exact: true }).click();
  const row = await seen(driver, { role: "row", text: "Large" });
  await page.evaluate(() => {
    const times = window as unknown as { opened: Promise<number> };
    times.opened = new Promise((done) => {
      addEventListener(
        "pointerup",
        () => {
          const start = performance.now();
          const look = () => {
            const isThere = document.querySelectorAll(".react-flow__node").length > 10;
            // What is in the page now is on the screen when the frame after this one begins.
            if (isThere) requestAnimationFrame(() => done(performance.now() - start));
            else requestAnimationFrame(look);
          };
          look();
        },
        { once: true, capture: true },
      );
    });
  });
  await page.mouse.click(row.x, row.y);
  return page.evaluate(() => (window as unknown as { opened: Promise<number> }).opened);
}

/** Drags the canvas about with the middle button; gives what each task of the page took of the processor, in ms, longest first. */
async function pan(page: Page): Promise<number[]> {
  const box = await page.locator(".react-flow__pane").boundingBox();
  if (box === null) throw new Error("there is no canvas");
  const from = { x: box.x + box.width / 2, y: box.y + 20 };
  await browser.startTracing(page, { categories: ["toplevel"] });
  await page.mouse.move(from.x, from.y);
  await page.mouse.down({ button: "middle" });
  for (let step = 1; step <= N_MOVES; step++) {
    await page.mouse.move(from.x - step * 5, from.y + step * 4);
  }
  await page.mouse.up({ button: "middle" });
  return tasksOf(await browser.stopTracing());
}

/** An event of Chromium's trace: `tdur` is the thread's own time in microseconds. */
type TraceEvent = {
  name: string;
  pid: number;
  tid: number;
  tdur?: number;
  args: { name?: string };
};

function tasksOf(trace: Buffer): number[] {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const thread = (event: TraceEvent) => `${event.pid} ${event.tid}`;
  const named = traceEvents.filter(({ name }) => name === "thread_name");
  const pages = new Set(named.filter(({ args }) => args.name === "CrRendererMain").map(thread));
  const tasks = traceEvents.filter(
    (event) => event.name.endsWith("::RunTask") && pages.has(thread(event)),
  );
  return tasks.map(({ tdur = 0 }) => Math.round(tdur / 1_000)).toSorted((a, b) => b - a);
}

test(`a flow of ${N_NODES} nodes and ${N_WIRES} wires opens within a second`, async () => {
  const times: number[] = [];
  for (let tried = 0; tried < TRIES; tried++) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(served.url);
    times.push(Math.round(await openLarge(page)));
    await shot(browserDriver(page), "browser-large");
    await page.close();
    if (Math.min(...times) < OPENS_WITHIN_MS) break;
  }
  console.log(`${N_NODES} nodes, ${N_WIRES} wires: open in ${times.join(", ")} ms`);
  expect(Math.min(...times)).toBeLessThan(OPENS_WITHIN_MS);
});

test("it is panned without a task over 50 ms", async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(served.url);
  await openLarge(page);
  // What opening left to do is no part of panning.
  await page.waitForTimeout(1_000);
  const place = () => page.locator(".react-flow__viewport").getAttribute("style");
  const before = await place();
  let longest = Number.POSITIVE_INFINITY;
  for (let tried = 0; tried < TRIES && longest > LONG_TASK_MS; tried++) {
    const tasks = await pan(page);
    expect(tasks.length).toBeGreaterThan(N_MOVES);
    longest = tasks[0] ?? 0;
    const all = tasks.reduce((sum, task) => sum + task, 0);
    console.log(
      `pan: longest tasks ${tasks.slice(0, 5).join(", ")} ms, ${(all / N_MOVES).toFixed(1)} ms a move`,
    );
  }
  expect(await place()).not.toBe(before);
  expect(longest).toBeLessThanOrEqual(LONG_TASK_MS);
  await page.close();
});
