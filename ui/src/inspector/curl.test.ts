import { expect, test } from "vitest";
import type { Exchange } from "../bindings/Exchange";
import { asCurl } from "./curl";

function exchange(change: Partial<Exchange>): Exchange {
  return {
    attempt: 1,
    at: 0,
    took_ms: 1,
    method: "POST",
    url: "https://a.com/x",
    request_headers: [],
    response_headers: [],
    from: "system",
    masked: [],
    ...change,
  } as Exchange;
}

function body(text: string, change: { bytes?: number; cut?: boolean } = {}) {
  return { text, bytes: text.length, cut: false, ...change };
}

test("a call without a body has no data", () => {
  expect(asCurl(exchange({ method: "GET" }))).toBe("curl 'https://a.com/x'");
  expect(asCurl(exchange({ method: "HEAD" }))).toBe("curl 'https://a.com/x' \\\n  --head");
  expect(asCurl(exchange({ method: "DELETE", url: "https://a.com/x?f[a]=1" }))).toBe(
    "curl --globoff 'https://a.com/x?f[a]=1' \\\n  -X DELETE",
  );
});

test("text is sent as it stands, with its own type or none", () => {
  const json = exchange({
    request_headers: [
      ["content-type", "application/json"],
      ["x-empty", ""],
    ],
    request_body: body(`{"a":"it's"}`),
  });
  expect(asCurl(json)).toBe(
    `curl 'https://a.com/x' \\\n  -H 'content-type: application/json' \\\n  -H 'x-empty;' \\\n  --data-raw '{"a":"it'\\''s"}'`,
  );
  expect(asCurl(exchange({ request_body: body("a") }))).toContain("-H 'content-type:'");
});

test("files, forms with files and binary content are no text", () => {
  const file = exchange({ request_body: body("(the file /tmp/a b.pdf)", { cut: true }) });
  expect(asCurl(file)).toContain("--data-binary '@/tmp/a b.pdf'");
  const form = exchange({
    request_body: body("name=A=1\nscan=(the file /tmp/x)\nlogo=(12 bytes)", { cut: true }),
  });
  const curl = asCurl(form);
  expect(curl).toContain("--form-string 'name=A=1'");
  expect(curl).toContain("-F 'scan=@/tmp/x'");
  expect(curl).toContain("# Parts of the form were not kept.");
  expect(curl).not.toContain("--data-raw");
  const binary = exchange({ request_body: body("", { bytes: 7 }) });
  expect(asCurl(binary)).toContain("# The body, 7 bytes that are no text");
});
