import { expect, test } from "vitest";
import { hostsOfText, withAtOnce, withOverlap, withSchema } from "./flow-settings";

test("what holds anyway is not written into the flow", () => {
  expect(withOverlap({ overlap: "queue", at_once: 3 }, "parallel")).toBeUndefined();
  expect(withOverlap(undefined, "queue")).toEqual({ overlap: "queue" });
  expect(withAtOnce({ overlap: "queue", at_once: 3 }, 1)).toEqual({ overlap: "queue" });
  expect(withAtOnce({ overlap: "queue" }, 4)).toEqual({ overlap: "queue", at_once: 4 });
});

test("another answer to a second start keeps how many runs go at once", () => {
  expect(withOverlap({ overlap: "queue", at_once: 3 }, "skip")).toEqual({
    overlap: "skip",
    at_once: 3,
  });
});

test("hosts are told apart by lines, blanks and commas, each once", () => {
  expect(hostsOfText("api.example.com\n *.lan, api.example.com\n\n")).toEqual([
    "api.example.com",
    "*.lan",
  ]);
  expect(hostsOfText(" \n ")).toBeUndefined();
});

test("a contract goes with its last schema", () => {
  const both = withSchema({ input: { type: "object" } }, "output", { type: "array" });
  expect(both).toEqual({ input: { type: "object" }, output: { type: "array" } });
  expect(withSchema(both, "input", undefined)).toEqual({ output: { type: "array" } });
  expect(withSchema({ output: true }, "output", undefined)).toBeUndefined();
});
