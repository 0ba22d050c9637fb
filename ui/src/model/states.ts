/** The values that flows remember from run to run. Pure. */
import type { StateEntry } from "../bindings/StateEntry";

/** Which value is meant. */
export type StateKey = { flow: string; key: string };

/** What the list of remembered values shows. */
export type StatesPane = {
  entries: StateEntry[] | null;
  chosen: StateKey | null;
  /** Grows with each change that was heard of, so that histories are read again. */
  version: number;
};

/** Nothing is known yet. */
export const NO_STATES: StatesPane = { entries: null, chosen: null, version: 0 };

/** Whether two keys are one. */
export function isSameState(a: StateKey | null, b: StateKey | null): boolean {
  return a?.flow === b?.flow && a?.key === b?.key;
}

/** The value whose history is shown: the chosen one, or the first. */
export function stateShown({ entries, chosen }: StatesPane): StateEntry | null {
  return entries?.find((entry) => isSameState(entry, chosen)) ?? entries?.[0] ?? null;
}

/** The values of each flow together, flows by their name. */
export function byFlow(entries: readonly StateEntry[]): { flow: string; entries: StateEntry[] }[] {
  const flows = new Map<string, StateEntry[]>();
  for (const entry of entries) {
    const known = flows.get(entry.flow_name);
    if (known) known.push(entry);
    else flows.set(entry.flow_name, [entry]);
  }
  return [...flows]
    .map(([flow, own]) => ({ flow, entries: own.sort((a, b) => a.key.localeCompare(b.key)) }))
    .sort((a, b) => a.flow.localeCompare(b.flow));
}
