// What a test can do with the designer, whichever host shows it. What a user sees and does is asked
// for by role and name; how that reaches the page is each host's own.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { locate, type Target } from "./locate";

export type Point = { x: number; y: number };

/** A page in a browser or in the window. */
export interface Driver {
  /** Calls a function in the page; it sees its arguments and nothing of this file. */
  run<A extends unknown[], R>(work: (...args: A) => R | Promise<R>, ...args: A): Promise<R>;
  /** Moves the pointer through points, with the button down when `press` is set. */
  pointer(path: Point[], press: boolean): Promise<void>;
  doubleClick(at: Point): Promise<void>;
  /** Types text, or presses keys: `Enter`, `Control+a`. */
  type(text: string): Promise<void>;
  press(keys: string): Promise<void>;
  screenshot(): Promise<Uint8Array>;
}

const SHOTS = join(import.meta.dirname, "../shots");
const POLL_MS = 50;

/** Waits until a question to the page has an answer. */
export async function until<R>(
  what: string,
  ask: () => Promise<R | null | undefined | false>,
  limitMs = 15_000,
): Promise<R> {
  const end = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== undefined && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`${what}: not within ${limitMs} ms`);
    await new Promise((next) => setTimeout(next, POLL_MS));
  }
}

/** Waits until something is there to be seen, and gives its middle. */
export async function seen(page: Driver, target: Target, limitMs?: number): Promise<Point> {
  try {
    return await until(describe(target), () => page.run(locate, target), limitMs);
  } catch (error) {
    await shot(page, "not-seen");
    throw error;
  }
}

/** Whether something is to be seen now. */
export async function isSeen(page: Driver, target: Target): Promise<boolean> {
  return (await page.run(locate, target)) !== null;
}

export async function click(page: Driver, target: Target): Promise<void> {
  await page.pointer([await seen(page, target)], true);
}

/** Drags in small steps: a canvas takes the first few pixels to tell a drag from a click. */
export async function drag(page: Driver, from: Point, to: Point): Promise<void> {
  const steps = 12;
  const path: Point[] = [from, { x: from.x + 2, y: from.y + 2 }];
  for (let step = 1; step <= steps; step++) {
    const part = step / steps;
    path.push({ x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part });
  }
  await page.pointer([...path, to], true);
}

/** Puts a text into a field in place of what was there. */
export async function fill(page: Driver, target: Target, text: string): Promise<void> {
  await click(page, target);
  await page.press("Control+a");
  await page.type(text);
}

/** Keeps a picture in `shots`, which git does not see. */
export async function shot(page: Driver, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  writeFileSync(join(SHOTS, `${name}.png`), await page.screenshot());
}

function describe(target: Target): string {
  const { role, name, css, text } = target;
  return [role ?? css ?? "anything", name ?? text].filter(Boolean).join(" ");
}
