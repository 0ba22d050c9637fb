import type { RunEvent } from "../bindings/RunEvent";
import type { RunSummary } from "../bindings/RunSummary";
import { toHostError } from "../host/host";
import {
  ALL_RUNS,
  arrived,
  askedAnew,
  askedOf,
  askedOlder,
  narrowed,
  type RunFilter,
  refused,
  told,
  withRun,
} from "../model/history";
import { store } from "../model/store";
import { host } from "./context";

/** A search waits this long for the next letter. */
const TYPING_MS = 250;

let typing: ReturnType<typeof setTimeout> | undefined;

async function ask(before: string | undefined): Promise<void> {
  const { filter, asked } = store.getState().history;
  try {
    const page = await host().call("runs.list", askedOf(filter, Date.now(), before));
    store.setState(({ history }) => ({ history: arrived(history, asked, before, page) }));
  } catch (thrown) {
    const { message } = toHostError(thrown);
    store.setState(({ history }) => ({ history: refused(history, asked, before, message) }));
  }
}

/** Reads the list of runs from its top. */
export async function loadHistory(): Promise<void> {
  clearTimeout(typing);
  store.setState(({ history }) => ({ history: askedAnew(history) }));
  await ask(undefined);
}

/** Reads the next older runs. */
export async function loadOlderRuns(): Promise<void> {
  const { runs, hasMore, isAsking } = store.getState().history;
  const last = runs?.at(-1);
  if (!hasMore || isAsking || last === undefined) return;
  store.setState(({ history }) => ({ history: askedOlder(history) }));
  await ask(last.id);
}

/** Narrows the list of runs; a search once nothing is typed any more. */
export function narrowHistory(change: Partial<RunFilter>): void {
  store.setState(({ history }) => ({ history: narrowed(history, change) }));
  clearTimeout(typing);
  if (change.text === undefined) void loadHistory();
  else typing = setTimeout(() => void loadHistory(), TYPING_MS);
}

/** Shows all runs again. */
export function showAllRuns(): void {
  narrowHistory(ALL_RUNS);
  void loadHistory();
}

/** Takes in that a run began, went on or ended. */
export function historyHeard(run: RunSummary): void {
  store.setState(({ history }) => ({ history: withRun(history, run, Date.now()) }));
}

/** Takes in what happened in a run that the list may show. */
export function historyTold(run: string, events: readonly RunEvent[]): void {
  store.setState(({ history }) => ({ history: told(history, run, events) }));
}
