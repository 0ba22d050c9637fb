/** How long runs are kept, as it is typed in. Pure. */
import type { HistoryView } from "../bindings/HistoryView";
import type { Retention } from "../bindings/Retention";

/** What the host said of the history, or why it could not. */
export type Kept = { view: HistoryView | null; error: string | null };

/** The bounds, in the order in which they are shown. */
export const BOUNDS = ["days", "runs", "mb"] as const;

/** One of the bounds. */
export type Bound = (typeof BOUNDS)[number];

/** The bounds as texts in their fields; an empty one does not bound. */
export type Draft = Record<Bound, string>;

/** The fields for bounds that hold now. */
export function draftOf(retention: Retention): Draft {
  const text = (bound: Bound) => String(retention[bound] ?? "");
  return { days: text("days"), runs: text("runs"), mb: text("mb") };
}

/** The number in a field: none where it is empty, null where it is not a bound. */
export function boundIn(text: string): number | null | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  const value = Number(trimmed);
  const isBound = /^\d+$/.test(trimmed) && value >= 1 && value <= 4_000_000_000;
  return isBound ? value : null;
}

/** The bounds in the fields; null where one of them is not a bound. */
export function retentionIn(draft: Draft): Retention | null {
  const retention: Retention = {};
  for (const bound of BOUNDS) {
    const value = boundIn(draft[bound]);
    if (value === null) return null;
    if (value !== undefined) retention[bound] = value;
  }
  return retention;
}

/** Whether new bounds are narrower than those that hold: runs may be deleted. */
export function isNarrower(next: Retention, now: Retention): boolean {
  return BOUNDS.some(
    (bound) => (next[bound] ?? Number.POSITIVE_INFINITY) < (now[bound] ?? Number.POSITIVE_INFINITY),
  );
}
