/** The network log: which of its calls are shown. Pure. */
import type { NetworkEntry } from "../bindings/NetworkEntry";

/** How a call went, for the filter. */
export const OUTCOMES = ["all", "left", "failed", "stayed"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export type NetworkFilter = { host: string; flow: string; outcome: Outcome };

/** Shows everything. */
export const EVERYTHING: NetworkFilter = { host: "", flow: "", outcome: "all" };

function goes(entry: NetworkEntry, outcome: Outcome): boolean {
  switch (outcome) {
    case "all":
      return true;
    case "left":
      return entry.has_left;
    case "stayed":
      return !entry.has_left;
    case "failed":
      return entry.error !== undefined || (entry.status ?? 0) >= 400;
    default:
      return outcome satisfies never;
  }
}

/** The calls that pass a filter. */
export function entriesMatching(
  entries: readonly NetworkEntry[],
  { host, flow, outcome }: NetworkFilter,
): NetworkEntry[] {
  return entries.filter(
    (entry) =>
      (host === "" || entry.host === host) &&
      (flow === "" || entry.flow === flow) &&
      goes(entry, outcome),
  );
}

/** The hosts that were called, each once. */
export function hostsOf(entries: readonly NetworkEntry[]): string[] {
  return [...new Set(entries.map((entry) => entry.host))].filter((host) => host !== "").sort();
}
