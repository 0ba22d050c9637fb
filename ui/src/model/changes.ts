/** What was changed in a value that a person mended. Pure. */

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether two values say the same, whatever the order of their fields. */
export function isSameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((each, at) => isSameValue(each, b[at]));
  }
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && isSameValue(a[key], b[key]));
}

/**
 * The fields that differ, those inside objects with their path; null where not fields but the
 * whole value is another.
 */
export function changedFields(before: unknown, after: unknown): string[] | null {
  if (isSameValue(before, after)) return [];
  if (!isRecord(before) || !isRecord(after)) return null;
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => {
    if (isSameValue(before[key], after[key])) return [];
    const inner = changedFields(before[key], after[key]);
    return inner === null || inner.length === 0 ? [key] : inner.map((each) => `${key}.${each}`);
  });
}
