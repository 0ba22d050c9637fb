/** Runs whose process ended before they did, and what they wrote. Pure. */
import type { RunSummary } from "../bindings/RunSummary";
import type { WriteEntry } from "../bindings/WriteEntry";
import type { WritesView } from "../bindings/WritesView";
import { isOver } from "./run";

/** What was found at the start: runs that went on by themselves, and runs that wait for the user. */
export type Interrupted = {
  goOn: readonly RunSummary[];
  wait: readonly RunSummary[];
  /** Whether the user has put the message aside. */
  isAside: boolean;
  /** The runs that the user let go on: they do not do so by themselves. */
  byUser: readonly string[];
};

/** Nothing was interrupted. */
export const NONE_INTERRUPTED: Interrupted = { goOn: [], wait: [], isAside: false, byUser: [] };

/** What was found at the start: what waits, and what goes on though it began before the program. */
export function found(
  known: Interrupted,
  wait: readonly RunSummary[],
  underWay: readonly RunSummary[],
  openedAt: number,
): Interrupted {
  const goOn = underWay.filter(
    ({ id, started_at }) => started_at < openedAt && !known.byUser.includes(id),
  );
  const before = new Set([...known.wait, ...known.goOn].map(({ id }) => id));
  const isNew = [...wait, ...goOn].some(({ id }) => !before.has(id));
  return { ...known, goOn, wait, isAside: known.isAside && !isNew };
}

/** The user lets a run go on. */
export function lettingGoOn(known: Interrupted, id: string): Interrupted {
  return { ...known, byUser: [...known.byUser, id] };
}

/** Takes one run in that went on or ended: it waits no longer. */
export function heardOfRun(known: Interrupted, run: RunSummary): Interrupted {
  const waited = known.wait.find(({ id }) => id === run.id);
  if (run.status === "interrupted") {
    return waited ? known : { ...known, wait: [run, ...known.wait], isAside: false };
  }
  const goOn = isOver(run.status) ? known.goOn.filter(({ id }) => id !== run.id) : known.goOn;
  if (!waited) return goOn.length === known.goOn.length ? known : { ...known, goOn };
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
