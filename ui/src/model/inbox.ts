/** What waits for a person or for a signal of another system. Pure. */
import type { InboxItem } from "../bindings/InboxItem";

/** Which part of the screen is shown. */
export type InboxTab = "open" | "answered" | "states";

/** What the screen of questions shows. */
export type InboxPane = {
  tab: InboxTab;
  /** What is not answered yet; null before it was read. */
  open: InboxItem[] | null;
  answered: InboxItem[] | null;
  /** The question whose detail is shown. */
  item: number | null;
  /** The answer that is being written: the data as changed, and a note. */
  draft: { id: number; text: string | null; note: string } | null;
};

/** Nothing is known yet. */
export const NO_INBOX: InboxPane = {
  tab: "open",
  open: null,
  answered: null,
  item: null,
  draft: null,
};

/** The list of the tab that is shown. */
export function listShown(pane: InboxPane): InboxItem[] | null {
  return pane.tab === "answered" ? pane.answered : pane.open;
}

/** The question whose detail is shown: the chosen one, or the first. */
export function questionShown(pane: InboxPane): InboxItem | null {
  const list = listShown(pane) ?? [];
  return list.find((each) => each.id === pane.item) ?? list[0] ?? null;
}

/** Whether a person is asked, rather than another system. */
export function isForPerson(item: InboxItem): boolean {
  return item.question !== undefined;
}

/** How many questions wait for a person. */
export function questionCount(pane: InboxPane): number {
  return (pane.open ?? []).filter(isForPerson).length;
}

// Every card on the canvas asks at every event of a run, so it is counted once.
const counted = new WeakMap<readonly InboxItem[], Map<string, number>>();

/** How many items of a node wait for an answer or a signal. */
export function waitingAt({ open }: InboxPane, flow: string, node: string): number {
  if (open === null || open.length === 0) return 0;
  let counts = counted.get(open);
  if (!counts) {
    counts = new Map();
    for (const each of open) {
      const place = `${each.flow}/${each.node}`;
      counts.set(place, (counts.get(place) ?? 0) + 1);
    }
    counted.set(open, counts);
  }
  return counts.get(`${flow}/${node}`) ?? 0;
}

/** Those whose time runs out first stand first, then the oldest; for a person before a system. */
export function sortedOpen(items: readonly InboxItem[]): InboxItem[] {
  const due = (item: InboxItem) => item.due ?? Number.POSITIVE_INFINITY;
  return [...items].sort(
    (a, b) =>
      Number(isForPerson(b)) - Number(isForPerson(a)) ||
      (due(a) === due(b) ? 0 : due(a) - due(b)) ||
      a.at - b.at,
  );
}

/** What was answered last stands first. */
export function sortedAnswered(items: readonly InboxItem[]): InboxItem[] {
  return [...items].sort((a, b) => (b.answered_at ?? b.at) - (a.answered_at ?? a.at));
}

/** The answer being written for a question. */
export function draftOf(pane: InboxPane, id: number): { text: string | null; note: string } {
  return pane.draft?.id === id ? pane.draft : { text: null, note: "" };
}
