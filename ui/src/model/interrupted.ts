/** Runs whose process ended before they did, and what they wrote. Pure. */
import type { RunSummary } from "../bindings/RunSummary";
import type { WriteEntry } from "../bindings/WriteEntry";
import type { WritesView } from "../bindings/WritesView";

/** What was found at the start: runs that went on by themselves, and runs that wait for the user. */
export type Interrupted = {
  goOn: readonly RunSummary[];
  wait: readonly RunSummary[];
  /** Whether the user has put the message aside. */
  isAside: boolean;
};

/** Nothing was interrupted. */
export const NONE_INTERRUPTED: Interrupted = { goOn: [], wait: [], isAside: false };

/** Takes one run in that went on or ended: it waits no longer. */
export function heardOfRun(known: Interrupted, run: RunSummary): Interrupted {
  const waited = known.wait.find(({ id }) => id === run.id);
  if (run.status === "interrupted") {
    return waited ? known : { ...known, wait: [run, ...known.wait], isAside: false };
  }
  if (!waited) return known;
  return { ...known, wait: known.wait.filter(({ id }) => id !== run.id) };
}

/** What a run wrote, while one looks at it. */
export type Writes = {
  run: string;
  view: WritesView | null;
  error: string | null;
  /** Whether a decision, or the going on, is on its way. */
  isBusy: boolean;
};

/** The writes that nobody knows the outcome of, and that nothing was decided about. */
export function undecided(view: WritesView): WriteEntry[] {
  return view.writes.filter(({ state, decision }) => state === "unknown" && !decision);
}
