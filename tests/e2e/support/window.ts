// The designer in its own window, on a display that nobody sees.

import type { Readable } from "node:stream";
import { built, found, freePort, type Running, start } from "./programs";
import { WebDriverSession } from "./webdriver";

/** A display that nobody sees, and a driver that starts windows on it. */
export type Stage = {
  /** Opens the designer's window. */
  open: (dataDir: string, args?: string[]) => Promise<WebDriverSession>;
  stop: () => Promise<void>;
};

/** Starts the display and the driver. */
export async function openStage(): Promise<Stage> {
  const display = await startDisplay();
  const port = await freePort();
  const driver = start(found("WebKitWebDriver", ["WebKitWebDriver"]), [`--port=${port}`], {
    env: {
      ...process.env,
      DISPLAY: display.name,
      TAURI_WEBVIEW_AUTOMATION: "true",
      // Without a graphics card the default draws frames in 300 ms and more; this in 80 ms, and
      // unlike WEBKIT_DISABLE_DMABUF_RENDERER it lets the driver take pictures.
      WEBKIT_SKIA_ENABLE_CPU_RENDERING: "1",
      GDK_BACKEND: "x11",
      NO_AT_BRIDGE: "1",
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const base = `http://127.0.0.1:${port}`;
  await answers(`${base}/status`);
  return {
    open: (dataDir, args = []) =>
      WebDriverSession.open(base, built("gantry-desktop"), ["--data-dir", dataDir, ...args]),
    stop: async () => {
      await driver.stop();
      await display.running.stop();
    },
  };
}

/** Lets the server choose a free number: no race with others on the machine. */
async function startDisplay(): Promise<{ name: string; running: Running }> {
  const args = ["-displayfd", "3", "-screen", "0", "1400x900x24", "-nolisten", "tcp"];
  const running = start(found("Xvfb", ["Xvfb"]), args, {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const told = running.child.stdio[3] as Readable;
  const number = await new Promise<string>((done, fail) => {
    told.once("data", (chunk: Buffer) => done(chunk.toString().trim()));
    running.child.once("exit", (code) => fail(new Error(`Xvfb ended with ${code}`)));
  });
  return { name: `:${number}`, running };
}

async function answers(url: string): Promise<void> {
  const end = Date.now() + 10_000;
  for (;;) {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) }).catch(() => null);
    if (response?.ok) return;
    if (Date.now() > end) throw new Error(`WebKitWebDriver does not answer at ${url}`);
    await new Promise((next) => setTimeout(next, 50));
  }
}

/** Calls a command as a script in the page could, past everything the page is written to do. */
export function invoke(
  page: WebDriverSession,
  command: string,
  args: Record<string, unknown>,
): Promise<string> {
  return page.run(
    (name, body) => {
      type Inside = { invoke: (name: string, body: unknown) => Promise<unknown> };
      const inside = (window as unknown as { __TAURI_INTERNALS__: Inside }).__TAURI_INTERNALS__;
      return inside.invoke(name, body).then(
        (answer) =>
          answer instanceof ArrayBuffer ? new TextDecoder().decode(answer) : JSON.stringify(answer),
        (error) => `refused: ${typeof error === "string" ? error : JSON.stringify(error)}`,
      );
    },
    command,
    args,
  );
}
