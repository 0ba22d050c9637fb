/** The list of past runs: what it is filtered by, and the pages that were read of it. Pure. */
import type { RunEvent } from "../bindings/RunEvent";
import type { RunStatus } from "../bindings/RunStatus";
import type { RunSummary } from "../bindings/RunSummary";
import type { Commands } from "../host/commands";

/** A stretch of time that runs are looked for in. */
export type Range = "any" | "hour" | "day" | "week" | "month" | "days";

/** The ranges, in the order in which they are offered. */
export const RANGES: readonly Range[] = ["any", "hour", "day", "week", "month", "days"];

/** The states, in the order in which they are offered. */
export const STATUSES: readonly RunStatus[] = [
  "queued",
  "running",
  "paused",
  "interrupted",
  "ok",
  "ok_with_rejects",
  "failed",
  "cancelled",
];

/** What runs are filtered by; an empty text does not narrow. */
export type RunFilter = {
  flow: string;
  status: RunStatus | "";
  trigger: string;
  range: Range;
  /** The first and the last day of the range of certain days, as `2026-11-22`. */
  from: string;
  to: string;
  text: string;
};

/** What does not narrow at all. */
export const ALL_RUNS: RunFilter = {
  flow: "",
  status: "",
  trigger: "",
  range: "any",
  from: "",
  to: "",
  text: "",
};

/** The runs that were read so far, newest first. */
export type History = {
  filter: RunFilter;
  /** Null until the first page is there. */
  runs: readonly RunSummary[] | null;
  error: string | null;
  /** Whether there may be older ones. */
  hasMore: boolean;
  /** Whether a page is on its way. */
  isAsking: boolean;
  /** Which list was asked for last: an answer to an older one is passed over. */
  asked: number;
};

/** The list before anything was asked. */
export const NO_HISTORY: History = {
  filter: ALL_RUNS,
  runs: null,
  error: null,
  hasMore: false,
  isAsking: false,
  asked: 0,
};

/** How many runs are read at once. */
export const PAGE = 200;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LENGTHS = { hour: HOUR, day: DAY, week: 7 * DAY, month: 30 * DAY };

/** The start of a day given as `2026-11-22`, where the user is; undefined for anything else. */
function dayAt(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const at = new Date(`${text}T00:00:00`).getTime();
  return Number.isNaN(at) ? undefined : at;
}

/** The day after one, where the user is: not always 24 hours later. */
function dayAfter(at: number): number {
  const day = new Date(at);
  day.setDate(day.getDate() + 1);
  return day.getTime();
}

/** When the runs that are looked for began: from `since` on, before `until`. */
export function boundsOf(
  { range, from, to }: RunFilter,
  now: number,
): { since?: number; until?: number } {
  if (range === "any") return {};
  if (range !== "days") return { since: now - LENGTHS[range] };
  const first = dayAt(from);
  const last = dayAt(to);
  return {
    ...(first === undefined ? {} : { since: first }),
    ...(last === undefined ? {} : { until: dayAfter(last) }),
  };
}

/** What the host is asked for: the page after the runs that are known. */
export function askedOf(
  filter: RunFilter,
  now: number,
  before: string | undefined,
): Commands["runs.list"]["args"] {
  const { flow, status, trigger } = filter;
  const text = filter.text.trim();
  return {
    limit: PAGE,
    ...(flow === "" ? {} : { flow }),
    ...(status === "" ? {} : { status }),
    ...(trigger === "" ? {} : { trigger }),
    ...(text === "" ? {} : { text }),
    ...boundsOf(filter, now),
    ...(before === undefined ? {} : { before }),
  };
}

/** Whether anything narrows the list. */
export function isNarrowed(filter: RunFilter): boolean {
  const { flow, status, trigger, range, from, to, text } = filter;
  const hasDays = range === "days" && (from !== "" || to !== "");
  return [flow, status, trigger, text.trim()].some(Boolean) || hasDays || isSpan(range);
}

function isSpan(range: Range): boolean {
  return range !== "any" && range !== "days";
}

/** Changes the filter; what was read stays in sight until the new list is there. */
export function narrowed(history: History, change: Partial<RunFilter>): History {
  return { ...history, filter: { ...history.filter, ...change } };
}

/** A list is asked for from its top. */
export function askedAnew(history: History): History {
  return { ...history, error: null, isAsking: true, asked: history.asked + 1 };
}

/** The next page is asked for. */
export function askedOlder(history: History): History {
  return { ...history, error: null, isAsking: true };
}

/** A page arrived: the first of a list, or one that goes on behind `before`. */
export function arrived(
  history: History,
  asked: number,
  before: string | undefined,
  page: readonly RunSummary[],
): History {
  if (asked !== history.asked) return history;
  const known = before === undefined ? [] : (history.runs ?? []);
  const ids = new Set(known.map(({ id }) => id));
  const runs = [...known, ...page.filter(({ id }) => !ids.has(id))];
  return { ...history, runs, hasMore: page.length === PAGE, isAsking: false, error: null };
}

/** A page could not be read: of an older one the runs before it stay. */
export function refused(
  history: History,
  asked: number,
  before: string | undefined,
  error: string,
): History {
  if (asked !== history.asked) return history;
  const runs = before === undefined ? null : history.runs;
  return { ...history, runs, error, isAsking: false };
}

/** Takes one run in that began, went on or ended, where the list shows such runs. */
export function withRun(history: History, run: RunSummary, now: number): History {
  const { runs, filter } = history;
  if (runs === null) return history;
  const at = runs.findIndex(({ id }) => id === run.id);
  if (at >= 0) return { ...history, runs: runs.map((each) => (each.id === run.id ? run : each)) };
  if (!passes(filter, run, now)) return history;
  const place = runs.findIndex(({ started_at }) => started_at <= run.started_at);
  const where = place < 0 ? runs.length : place;
  return { ...history, runs: [...runs.slice(0, where), run, ...runs.slice(where)] };
}

/** What an event says of how its run stands; null where it says nothing of that. */
function statusIn({ type }: RunEvent): RunStatus | null {
  switch (type) {
    case "started":
    case "resumed":
    case "unpaused":
      return "running";
    case "paused":
      return "paused";
    default:
      return null;
  }
}

/** Takes in what happened in a run: whether it is held now, or goes on. */
export function told(history: History, id: string, events: readonly RunEvent[]): History {
  const status = events.flatMap((event) => statusIn(event) ?? []).at(-1);
  if (status === undefined || !history.runs?.some((run) => run.id === id)) return history;
  const runs = history.runs.map((run) => (run.id === id ? { ...run, status } : run));
  return { ...history, runs };
}

/** Takes a run out that was deleted. */
export function withoutRun(history: History, id: string): History {
  return { ...history, runs: history.runs?.filter((run) => run.id !== id) ?? null };
}

function passes(filter: RunFilter, run: RunSummary, now: number): boolean {
  const { since, until } = boundsOf(filter, now);
  // What a search finds is for the host to say: a new run shows once the list is read again.
  if (filter.text.trim() !== "") return false;
  return (
    (filter.flow || run.flow) === run.flow &&
    (filter.status || run.status) === run.status &&
    (filter.trigger || run.trigger) === run.trigger &&
    (since ?? run.started_at) <= run.started_at &&
    (until ?? run.started_at + 1) > run.started_at
  );
}
