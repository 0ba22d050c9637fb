/** The body of a request or an answer as it is best read. Pure. */
import type { Snippet } from "../bindings/Snippet";

export type BodyText = { text: string; language: "json" | "xml" | "text"; isPretty: boolean };

/** The text of a body, JSON and XML indented; as it is where it cannot be read or was cut. */
export function readable(body: Snippet, headers: readonly (readonly [string, string])[]): BodyText {
  const type = contentType(headers);
  const text = body.text;
  if (type.includes("json") || /^\s*[[{]/.test(text)) {
    try {
      return { text: JSON.stringify(JSON.parse(text), null, 2), language: "json", isPretty: true };
    } catch {
      return { text, language: "json", isPretty: false };
    }
  }
  if (type.includes("xml") || /^\s*</.test(text)) {
    return body.cut
      ? { text, language: "xml", isPretty: false }
      : { text: indentXml(text), language: "xml", isPretty: true };
  }
  return { text, language: "text", isPretty: false };
}

/** The value of a header, whatever its case. */
export function headerOf(
  headers: readonly (readonly [string, string])[],
  name: string,
): string | undefined {
  return headers.find(([key]) => key.toLowerCase() === name)?.[1];
}

function contentType(headers: readonly (readonly [string, string])[]): string {
  return headerOf(headers, "content-type")?.toLowerCase() ?? "";
}

function indentXml(text: string): string {
  let depth = 0;
  return text
    .replace(/>\s*</g, ">\n<")
    .split("\n")
    .map((line) => {
      if (/^<\//.test(line)) depth = Math.max(0, depth - 1);
      const indented = "  ".repeat(depth) + line;
      if (/^<[^!?/][^>]*[^/]>$/.test(line) || /^<[^!?/]>$/.test(line)) depth += 1;
      return indented;
    })
    .join("\n");
}
