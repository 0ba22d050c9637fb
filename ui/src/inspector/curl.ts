/** A call as a cURL command that can be pasted into a shell. Masked secrets stay masked. Pure. */
import type { Exchange } from "../bindings/Exchange";

/** The command, one option a line. What it lacks of the body is said in a comment before it. */
export function asCurl(exchange: Exchange): string {
  const body = bodyOf(exchange);
  const url = exchange.url;
  const parts = [`curl ${/[[\]{}]/.test(url) ? "--globoff " : ""}${quoted(url)}`];
  const own = body.options.length > 0 ? "POST" : "GET";
  if (exchange.method === "HEAD") parts.push("--head");
  else if (exchange.method !== own) parts.push(`-X ${exchange.method}`);
  let hasType = false;
  for (const [name, value] of exchange.request_headers) {
    const lower = name.toLowerCase();
    const isType = lower === "content-type";
    hasType ||= isType;
    // The boundary of a form is made by whoever sends it.
    if (MADE_BY_CURL.has(lower) || (isType && body.isForm)) continue;
    parts.push(`-H ${quoted(value === "" ? `${name};` : `${name}: ${value}`)}`);
  }
  // Without it curl would say that any body is a form.
  if (body.options.length > 0 && !hasType) parts.push("-H 'content-type:'");
  parts.push(...body.options);
  const command = parts.join(" \\\n  ");
  return body.note === "" ? command : `# ${body.note}\n${command}`;
}

type CurlBody = { options: string[]; isForm: boolean; note: string };

function bodyOf(exchange: Exchange): CurlBody {
  const body = exchange.request_body;
  if (body === undefined || (body.text === "" && body.bytes === 0)) {
    return { options: [], isForm: false, note: "" };
  }
  const file = FILE.exec(body.text)?.[1];
  if (file !== undefined) {
    return { options: [`--data-binary ${quoted(`@${file}`)}`], isForm: false, note: "" };
  }
  if (body.text === "") {
    const note = `The body, ${body.bytes} bytes that are no text, was not kept: put it into body.bin.`;
    return { options: ["--data-binary @body.bin"], isForm: false, note };
  }
  if (isMultipart(exchange)) {
    const fields = body.text.split("\n").map(field);
    const isWhole = fields.every((option) => option !== undefined);
    const note = isWhole ? "" : "Parts of the form were not kept.";
    return { options: fields.filter((option) => option !== undefined), isForm: true, note };
  }
  const note = body.cut ? "The body is longer than what was kept." : "";
  return { options: [`--data-raw ${quoted(body.text)}`], isForm: false, note };
}

/** A line `name=value` of a form; none for content that was not kept. */
function field(line: string): string | undefined {
  const at = line.indexOf("=");
  if (at < 0) return undefined;
  const [name, value] = [line.slice(0, at), line.slice(at + 1)];
  const file = FILE.exec(value)?.[1];
  if (file !== undefined) return `-F ${quoted(`${name}=@${file}`)}`;
  if (/^\(\d+ bytes\)$/.test(value)) return undefined;
  return `--form-string ${quoted(`${name}=${value}`)}`;
}

function isMultipart(exchange: Exchange): boolean {
  const type = exchange.request_headers.find(([name]) => name.toLowerCase() === "content-type");
  // The transport writes the type of such a form only as it leaves, and tells its parts by line.
  return type === undefined
    ? exchange.request_body?.cut === true && /^[^\n=]+=/.test(exchange.request_body.text)
    : type[1].toLowerCase().startsWith("multipart/form-data");
}

/** How the host tells of a file that is sent. */
const FILE = /^\(the file (.+)\)$/;

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
