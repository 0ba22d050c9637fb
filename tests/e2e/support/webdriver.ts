// The WebDriver protocol (W3C, https://www.w3.org/TR/webdriver2/), as much of it as these tests
// speak. Every request has a limit: a driver that hangs must not hang the tests.

import type { Driver, Point } from "./driver";

const LIMIT_MS = 20_000;
const KEYS: Record<string, string> = {
  Enter: "\uE007",
  Tab: "\uE004",
  Escape: "\uE00C",
  Backspace: "\uE003",
  Delete: "\uE017",
  ArrowUp: "\uE013",
  ArrowDown: "\uE015",
  ArrowLeft: "\uE012",
  ArrowRight: "\uE014",
  Shift: "\uE008",
  Control: "\uE009",
  Alt: "\uE00A",
};

/** One driven window. */
export class WebDriverSession implements Driver {
  private constructor(private readonly base: string) {}

  /** Asks a driver to start a program and to drive its window. */
  static async open(driver: string, binary: string, args: string[]): Promise<WebDriverSession> {
    const alwaysMatch = { "webkitgtk:browserOptions": { binary, args } };
    const answer = await send("POST", `${driver}/session`, { capabilities: { alwaysMatch } });
    const session = answer as { sessionId: string };
    const opened = new WebDriverSession(`${driver}/session/${session.sessionId}`);
    await opened.post("timeouts", { script: LIMIT_MS, pageLoad: LIMIT_MS });
    return opened;
  }

  async run<A extends unknown[], R>(work: (...args: A) => R | Promise<R>, ...args: A): Promise<R> {
    const script = `return (${work})(...arguments)`;
    return (await this.post("execute/sync", { script, args })) as R;
  }

  async pointer(path: Point[], press: boolean): Promise<void> {
    const moves = path.map((point) => move(point));
    const actions = press
      ? [...moves.slice(0, 1), button("pointerDown"), ...moves.slice(1), button("pointerUp")]
      : moves;
    await this.act([{ type: "pointer", id: "mouse", actions }]);
  }

  async doubleClick(at: Point): Promise<void> {
    const one = [button("pointerDown"), button("pointerUp")];
    await this.act([{ type: "pointer", id: "mouse", actions: [move(at), ...one, ...one] }]);
  }

  async type(text: string): Promise<void> {
    await this.act([{ type: "key", id: "keys", actions: [...text].flatMap(stroke) }]);
  }

  async press(keys: string): Promise<void> {
    const held = keys.split("+").map((key) => KEYS[key] ?? key);
    const down = held.map((value) => ({ type: "keyDown", value }));
    const up = held.toReversed().map((value) => ({ type: "keyUp", value }));
    await this.act([{ type: "key", id: "keys", actions: [...down, ...up] }]);
  }

  async screenshot(): Promise<Uint8Array> {
    return Buffer.from((await this.get("screenshot")) as string, "base64");
  }

  async title(): Promise<string> {
    return (await this.get("title")) as string;
  }

  async close(): Promise<void> {
    await send("DELETE", this.base);
  }

  private async act(actions: unknown[]): Promise<void> {
    await this.post("actions", { actions });
  }

  private get(path: string): Promise<unknown> {
    return send("GET", `${this.base}/${path}`);
  }

  private post(path: string, body: unknown): Promise<unknown> {
    return send("POST", `${this.base}/${path}`, body);
  }
}

function move({ x, y }: Point) {
  return { type: "pointerMove", duration: 16, x: Math.round(x), y: Math.round(y) };
}

function button(type: "pointerDown" | "pointerUp") {
  return { type, button: 0 };
}

function stroke(value: string) {
  return [
    { type: "keyDown", value },
    { type: "keyUp", value },
  ];
}

async function send(method: string, url: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  const { value } = (await response.json()) as { value: unknown };
  if (!response.ok) {
    const { error, message } = value as { error: string; message: string };
    throw new Error(`${method} ${new URL(url).pathname}: ${error}: ${message}`);
  }
  return value;
}
