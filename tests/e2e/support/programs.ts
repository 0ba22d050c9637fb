// The programs under test and those that help: where they are, how they start, that they end.

import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../..");

/** A program that was started and will be ended. */
export type Running = { child: ChildProcess; stop: () => Promise<void> };

/** Finds a built program: where `cargo xtask test` says, or in the target folder. */
export function built(bin: "gantry" | "gantry-desktop"): string {
  const told = process.env[bin === "gantry" ? "GANTRY_BIN" : "GANTRY_DESKTOP_BIN"];
  const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");
  const path = told ?? join(target, "debug", bin);
  if (!isProgram(path)) {
    const features = bin === "gantry" ? "" : " --features gantry-desktop/automation";
    throw new Error(`${path} is not there; build it with: cargo build --package ${bin}${features}`);
  }
  return path;
}

/** Finds a program of the system by any of its names or places. */
export function found(what: string, names: string[]): string {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const places = names.flatMap((name) =>
    name.includes("/") || name.includes("\\") ? [name] : folders.map((dir) => join(dir, name)),
  );
  const path = places.find(isProgram);
  if (path === undefined) {
    throw new Error(`${what} is not on this machine; cargo xtask test installs it`);
  }
  return path;
}

/** Starts a program whose end is sure: asked first, forced after five seconds. */
export function start(
  program: string,
  args: string[],
  options: Parameters<typeof spawn>[2] = {},
): Running {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  const ended = new Promise<void>((done) => {
    child.once("exit", () => done());
    child.once("error", () => done());
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    const force = setTimeout(() => child.kill("SIGKILL"), 5_000);
    await ended;
    clearTimeout(force);
  };
  return { child, stop };
}

/** Waits for a line of a program's output that a pattern finds, and gives the match. */
export function says(
  running: Running,
  pattern: RegExp,
  limitMs = 30_000,
): Promise<RegExpExecArray> {
  const { child } = running;
  let text = "";
  return new Promise((done, fail) => {
    const give_up = (why: string) => fail(new Error(`${why}; it said:\n${text}`));
    const timer = setTimeout(() => give_up(`no ${pattern} within ${limitMs} ms`), limitMs);
    const read = (chunk: Buffer) => {
      text += chunk.toString();
      const match = pattern.exec(text);
      if (match === null) return;
      clearTimeout(timer);
      done(match);
    };
    // The listeners stay: an output that nobody reads fills its pipe and stops the program.
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", (error) => give_up(error.message));
    child.once("exit", (code) => give_up(`it ended with ${code}`));
  });
}

/** Makes a data folder that nothing else uses. */
export function freshFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "gantry-e2e-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((done, fail) => {
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => done(port));
    });
  });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
