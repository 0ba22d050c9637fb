/** Reads JSON as it is typed, and says in words where it goes wrong. Pure. */
import { t } from "../words/t";

export type JsonReading = { value: unknown; fault?: { message: string; position: number } };

/** The value of a text; an empty text is no value. */
export function readJson(text: string): JsonReading {
  if (text.trim() === "") return { value: undefined };
  try {
    return { value: JSON.parse(text) };
  } catch (thrown) {
    const position = positionIn(thrown instanceof Error ? thrown.message : "", text);
    const line = text.slice(0, position).split("\n").length;
    const found = text[position];
    return {
      value: undefined,
      fault: {
        position,
        message:
          found === undefined
            ? t("form.json.unfinished")
            : t("form.json.unexpected", { found: found === "\n" ? "↵" : found, line }),
      },
    };
  }
}

// Engines word it differently: V8 "at position 17", older WebKit gives no place at all.
function positionIn(message: string, text: string): number {
  const position = /position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return Math.min(Number(position), text.length);
  const place = /line (\d+) column (\d+)/.exec(message);
  if (place) {
    const before = text.split("\n").slice(0, Number(place[1]) - 1);
    return Math.min(
      before.join("\n").length + (before.length > 0 ? 1 : 0) + Number(place[2]) - 1,
      text.length,
    );
  }
  return text.length;
}
