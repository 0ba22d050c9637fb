// The certified OpenID provider that lies beside the checkout, started from a copy of its own, and
// the way of a user through its pages.

import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { freePort, freshFolder, type Running, start } from "./programs";

const ROOT = resolve(import.meta.dirname, "../../..");

/** A provider at work. */
export type Provider = { url: string; stop: () => Promise<void> };

/** Starts it; null, with words, where it is not there. */
export async function openProvider(): Promise<Provider | null> {
  const places = [process.env.GANTRY_SHARED, join(ROOT, "../shared"), join(ROOT, "../../shared")];
  const original = places
    .filter((place) => place !== undefined)
    .map((place) => join(place, "servers/oidc"))
    .find((place) => existsSync(join(place, "server.mjs")));
  if (original === undefined) {
    console.log("skipped: ../shared/servers/oidc is not there");
    return null;
  }
  const folder = freshFolder();
  for (const name of ["package.json", "server.mjs"]) {
    copyFileSync(join(original, name), join(folder.path, name));
  }
  const fetched = spawnSync("npm", ["install", "--no-audit", "--no-fund"], { cwd: folder.path });
  if (fetched.status !== 0) {
    console.log("skipped: npm could not fetch the provider's packages");
    folder.remove();
    return null;
  }
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { ...process.env, PORT: String(port), ACCESS_TTL: "60" };
  const running: Running = start("node", ["server.mjs"], { cwd: folder.path, env });
  const stop = async () => {
    await running.stop();
    folder.remove();
  };
  for (let tries = 0; tries < 200; tries++) {
    const isUp = await fetch(`${url}/.well-known/openid-configuration`).then(
      () => true,
      () => false,
    );
    if (isUp) return { url, stop };
    await new Promise((next) => setTimeout(next, 50));
  }
  await stop();
  throw new Error("the provider did not start");
}

/** Says yes to whatever the provider asks, until its pages end with one of these texts. */
export async function sayYes(page: Page, ends: RegExp): Promise<void> {
  for (let step = 0; step < 10; step++) {
    await page.waitForLoadState();
    if (ends.test((await page.textContent("body")) ?? "")) return;
    const login = page.locator("input[name=login]");
    if (await login.isVisible()) {
      await login.fill("ada");
      await page.locator("input[name=password]").fill("any");
    }
    const before = page.url();
    await page.locator("button[type=submit]").first().click();
    await page.waitForURL((url) => url.href !== before, { timeout: 2_000 }).catch(() => undefined);
  }
  throw new Error(`the provider's pages did not end: ${await page.textContent("body")}`);
}
