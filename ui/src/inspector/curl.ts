/** A call as a cURL command that can be pasted into a shell. Masked secrets stay masked. Pure. */
import type { Exchange } from "../bindings/Exchange";

/** The command, one option a line. A body that was cut is marked in a comment before it. */
export function asCurl(exchange: Exchange): string {
  const body = exchange.request_body?.text ?? "";
  const parts = [`curl ${quoted(exchange.url)}`];
  if (exchange.method !== (body === "" ? "GET" : "POST")) parts.push(`-X ${exchange.method}`);
  for (const [name, value] of exchange.request_headers) {
    if (!MADE_BY_CURL.has(name.toLowerCase())) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  }
  if (body !== "") parts.push(`--data-raw ${quoted(body)}`);
  const command = parts.join(" \\\n  ");
  return exchange.request_body?.cut === true
    ? `# The body is longer than what was kept.\n${command}`
    : command;
}

const MADE_BY_CURL = new Set([
  "host",
  "content-length",
  "connection",
  "accept-encoding",
  "transfer-encoding",
]);

// POSIX shells: inside single quotes only the single quote itself needs care.
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
