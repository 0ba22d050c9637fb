import { describe, expect, it } from "vitest";
import type { Exchange } from "../bindings/Exchange";
import type { FlowFile } from "../bindings/FlowFile";
import type { ItemError } from "../bindings/ItemError";
import { readable } from "./bodies";
import { asCurl } from "./curl";
import { grouped, verdictSentence } from "./errors";
import { itemsAt } from "./ports";
import { longestWait, retrySentence } from "./retry";
import { varsOfRows } from "./vars";

const CALL: Exchange = {
  attempt: 1,
  at: 0,
  took_ms: 12,
  method: "POST",
  url: "http://127.0.0.1:9000/orders?q=it's",
  request_headers: [
    ["content-type", "application/json"],
    ["Content-Length", "9"],
  ],
  request_body: { text: '{"a":"b"}', bytes: 9, cut: false },
  response_headers: [],
};

describe("a call as cURL", () => {
  it("quotes for the shell and leaves out what cURL makes itself", () => {
    expect(asCurl(CALL)).toBe(
      `curl 'http://127.0.0.1:9000/orders?q=it'\\''s' \\\n  -H 'content-type: application/json' \\\n  --data-raw '{"a":"b"}'`,
    );
  });

  it("names the method where cURL would take another", () => {
    const { request_body: _none, ...bare } = CALL;
    expect(asCurl({ ...bare, method: "DELETE" })).toContain("-X DELETE");
    expect(asCurl({ ...bare, method: "GET" })).not.toContain("-X");
  });
});

describe("bodies", () => {
  it("are indented where they can be read", () => {
    expect(
      readable({ text: '{"a":1}', bytes: 7, cut: false }, [["Content-Type", "application/json"]]),
    ).toEqual({
      text: '{\n  "a": 1\n}',
      language: "json",
      isPretty: true,
    });
    expect(readable({ text: "<a><b>1</b></a>", bytes: 15, cut: false }, []).text).toBe(
      "<a>\n  <b>1</b>\n</a>",
    );
    expect(readable({ text: '{"a":', bytes: 900, cut: true }, []).isPretty).toBe(false);
  });
});

function error(message: string, kind: ItemError["class"] = "validation"): ItemError {
  return { node: "erp", class: kind, message, attempts: 1 };
}

describe("error sentences", () => {
  const counts = (items_in: number, rejected: number) => ({
    items_in,
    items_out: 0,
    rejected,
    busy_us: 0,
  });

  it("blame the data when others are fine", () => {
    expect(verdictSentence(error("No number."), counts(12, 1))).toBe(
      "11 others are fine, so this is data, not set-up.",
    );
  });

  it("blame the set-up when every item failed, or when the sign-in did", () => {
    expect(verdictSentence(error("No number."), counts(12, 12))).toContain("set-up first");
    expect(verdictSentence(error("401", "auth"), counts(12, 1))).toContain("set-up first");
  });

  it("advise another run when the other system was not there", () => {
    expect(verdictSentence(error("503", "server"), counts(12, 1))).toContain("running it again");
  });

  it("warn before a second write of unknown outcome", () => {
    expect(verdictSentence(error("cut off", "unknown_outcome"), undefined)).toContain(
      "before you run it again",
    );
  });

  it("group errors that differ by numbers and quoted values only", () => {
    const groups = grouped([
      error("Order 7 has no “name”."),
      error("Order 8 has no “city”."),
      error("Refused."),
    ]);
    expect(groups.map((group) => group.errors.length)).toEqual([2, 1]);
  });
});

describe("retries and counts", () => {
  it("sums doubled pauses up to the longest", () => {
    expect(longestWait({ tries: 4, base_ms: 200, max_ms: 500 })).toBe(200 + 400 + 500);
    expect(longestWait({ tries: 1000, base_ms: 1, max_ms: 10 })).toBeLessThanOrEqual(9990);
    expect(longestWait({ tries: 4, base_ms: 100, factor: 3, max_ms: 5000 })).toBe(1300);
    expect(longestWait({ tries: 5, base_ms: 100, factor: 1, max_ms: 5000 })).toBe(400);
    expect(longestWait({ tries: 3, base_ms: 9e6, max_ms: 9e6 })).toBe(2 * 3_600_000);
    expect(longestWait({ tries: 9, base_ms: 100, max_ms: 5000, max_total_ms: 1000 })).toBe(1000);
    expect(retrySentence(undefined)).toContain("not tried again");
  });

  it("says after which errors a step is tried again", () => {
    const sentence = retrySentence({ tries: 3, on: { statuses: [409], classes: ["timeout"] } });
    expect(sentence).toContain("Up to 3 tries");
    expect(sentence).toContain("409, Too slow");
  });

  it("finds the items of a port on its wires, or at the bare port", () => {
    const flow: FlowFile = {
      gantry: 1,
      id: "f",
      name: "F",
      nodes: [],
      wires: [{ from: "big", to: "shape" }],
    };
    const wires = { "big>shape": { items: 11, bytes: 1 }, "big.dropped>": { items: 3, bytes: 1 } };
    expect(itemsAt(flow, wires, "big", "kept", "kept")).toBe(11);
    expect(itemsAt(flow, wires, "big", "dropped", "kept")).toBe(3);
    expect(itemsAt(flow, wires, "big", "other", "kept")).toBeUndefined();
  });

  it("keeps variables with a name", () => {
    expect(varsOfRows([{ name: "shop", value: "x" }, { value: 1 }, { name: "n" }])).toEqual({
      shop: { value: "x" },
      n: { value: "" },
    });
  });
});
