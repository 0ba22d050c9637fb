/**
 * Names with values, such as headers: an object in the file, an ordered list on the screen, so
 * that a name can be empty or doubled while it is being typed.
 */
import { isRecord } from "./pointer";

export type Pair = { name: string; value: string };

/** The pairs of an object; values that are no texts are shown as JSON. */
export function pairsOf(value: unknown): Pair[] {
  if (!isRecord(value)) return [];
  return Object.entries(value).map(([name, inner]) => ({
    name,
    value: typeof inner === "string" ? inner : JSON.stringify(inner),
  }));
}

/** The object for the file; pairs without a name are left out, undefined when none is left. */
export function recordOf(pairs: readonly Pair[]): Record<string, string> | undefined {
  const named = pairs.filter((pair) => pair.name.trim() !== "");
  if (named.length === 0) return undefined;
  return Object.fromEntries(named.map((pair) => [pair.name.trim(), pair.value]));
}

/** Names that stand more than once: only the last of them would be kept. */
export function doubledNames(pairs: readonly Pair[]): string[] {
  const names = pairs.map((pair) => pair.name.trim()).filter((name) => name !== "");
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
}

/** Reads pasted lines such as `Accept: application/json` or `name<Tab>value`. */
export function pairsFrom(text: string): Pair[] {
  return text
    .split(/\r?\n/)
    .map((line) => /^\s*([^\s:\t]+)\s*[:\t]\s*(.*?)\s*$/.exec(line))
    .flatMap((match) => (match ? [{ name: match[1] ?? "", value: match[2] ?? "" }] : []));
}
