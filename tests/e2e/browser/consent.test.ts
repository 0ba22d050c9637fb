// Signing in to a connection in Chromium: the sheet says what is asked for, the system's own page
// opens in another tab, and once the user says yes there the connection is connected.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { browserDriver, openChromium, type Served, serve } from "../support/browser";
import { shot } from "../support/driver";
import { openProvider, type Provider, sayYes } from "../support/oidc";
import { freshFolder } from "../support/programs";

const folder = freshFolder();
let served: Served;
let browser: Browser;
let provider: Provider | null;

beforeAll(async () => {
  [served, browser, provider] = await Promise.all([
    serve(folder.path),
    openChromium(),
    openProvider(),
  ]);
  await call("vault.unlock", { passphrase: "correct horse" });
});

afterAll(async () => {
  await browser?.close();
  await served?.stop();
  await provider?.stop();
  folder.remove();
});

const exactly = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

async function call(command: string, args: unknown): Promise<unknown> {
  const { origin, searchParams } = new URL(served.url);
  const answer = await fetch(`${origin}/api/call/${command}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-gantry-token": searchParams.get("token") ?? "",
    },
    body: JSON.stringify(args),
  });
  expect(answer.status, await answer.clone().text()).toBe(200);
  return answer.json();
}

/** Makes a connection to the provider and opens it in a page. */
async function openConnection(name: string, oauth: Record<string, unknown>): Promise<Page> {
  const id = name.toLowerCase();
  const base = provider?.url ?? "";
  const auth = { type: "oauth2", token_url: `${base}/token`, client_auth: "none", ...oauth };
  const probe = { path: "/api/me", account: "client" };
  await call("connections.save", { spec: { id, name, base_url: base, auth, probe } });
  if (oauth.client_auth === "basic") {
    const secret = { slot: "client_secret", value: `${oauth.client_id}-secret` };
    await call("connections.secret", { id, environment: "dev", ...secret });
  }
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  page.setDefaultTimeout(15_000);
  await page.goto(served.url);
  await exactly(page, "Connections").click();
  await page
    .getByRole("row", { name: new RegExp(name) })
    .getByRole("button")
    .first()
    .click();
  await page.getByRole("heading", { name, exact: true }).waitFor();
  return page;
}

/** Presses the button that opens the system's page, and plays the user there. */
async function agree(page: Page, ends: RegExp): Promise<void> {
  const [outside] = await Promise.all([
    page.context().waitForEvent("page"),
    exactly(page, "Continue in the browser").click(),
  ]);
  await sayYes(outside, ends);
  await shot(browserDriver(outside), "consent-outside");
  await outside.close();
}

async function testSays(page: Page, account: string): Promise<void> {
  await exactly(page, "Test").last().click();
  await page.getByText(account).first().waitFor();
}

test("a user says yes in the browser, and the connection is connected", async ({ skip }) => {
  if (provider === null) return skip();
  const page = await openConnection("Shop", {
    grant: "authorization_code",
    authorize_url: `${provider.url}/auth`,
    client_id: "desktop",
    scopes: ["openid", "offline_access", "api:read"],
    extra: { prompt: "consent" },
  });
  await exactly(page, "Sign in").click();
  for (const words of ["Know who you are", "Stay signed in when you are away", "Read api"]) {
    await page.getByRole("dialog").getByText(words).waitFor();
  }
  await shot(browserDriver(page), "consent-sheet");
  await agree(page, /You can close this window/);
  await page.getByText("Shop is connected").waitFor();
  await exactly(page, "Sign in again").waitFor();
  await testSays(page, "desktop");
  await shot(browserDriver(page), "consent-connected");
  await page.close();
});

test("a user who says no is asked again, and not before", async ({ skip }) => {
  if (provider === null) return skip();
  const page = await openConnection("Billing", {
    grant: "authorization_code",
    authorize_url: `${provider.url}/auth`,
    client_id: "desktop",
    scopes: ["openid"],
  });
  await exactly(page, "Sign in").click();
  const [outside] = await Promise.all([
    page.context().waitForEvent("page"),
    exactly(page, "Continue in the browser").click(),
  ]);
  await outside.waitForLoadState();
  // The provider's own way out, which leads back with `access_denied`.
  await outside.getByText("[ Cancel ]").click();
  await outside.getByText("The sign-in was not completed").waitFor();
  await outside.close();
  await page
    .getByText(/was declined: access_denied/)
    .first()
    .waitFor();
  await exactly(page, "Sign in").waitFor();
  await page.close();
});

test("a user says yes on another device, with a code", async ({ skip }) => {
  if (provider === null) return skip();
  const page = await openConnection("Screen", {
    grant: "device_code",
    device_url: `${provider.url}/device/auth`,
    client_id: "tv",
    scopes: ["openid", "api:read"],
  });
  await exactly(page, "Sign in").click();
  await page.getByText(/^[A-Z]{4}-[A-Z]{4}$/).waitFor();
  await agree(page, /Sign-in Success/);
  await page.getByText("Screen is connected").waitFor();
  await testSays(page, "tv");
  await page.close();
});

test("an app that is let in by itself needs nobody", async ({ skip }) => {
  if (provider === null) return skip();
  const page = await openConnection("Service", {
    grant: "client_credentials",
    client_auth: "basic",
    client_id: "svc-basic",
    scopes: ["api:read"],
  });
  await testSays(page, "svc-basic");
  expect(await exactly(page, "Sign in").count()).toBe(0);
  await page.close();
});
