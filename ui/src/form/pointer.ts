/** JSON pointers (RFC 6901) as forms use them: how a field names the place that it edits. */
import { escapeKey } from "../model/pointer";

/** Adds keys to a pointer: `join("/params", "fields", 0)` is `/params/fields/0`. */
export function join(pointer: string, ...keys: (string | number)[]): string {
  return keys.reduce<string>((sum, key) => `${sum}/${escapeKey(String(key))}`, pointer);
}

/** The pointer of what is around it; the empty text at the root. */
export function parent(pointer: string): string {
  return pointer.slice(0, Math.max(0, pointer.lastIndexOf("/")));
}

/** Whether `inner` is at or below `outer`. */
export function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(`${outer}/`);
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
