/** The parked items on the screen: which group, which items, what is chosen and typed. Pure. */
import type { ParkedGroup } from "../bindings/ParkedGroup";
import type { ParkedItem } from "../bindings/ParkedItem";
import type { ParkedState } from "../bindings/ParkedState";

/** Which items are shown: of one flow or of all, as they stand. */
export type ParkedFilter = { flow: string | null; run: string | null; state: ParkedState };

/** Text that was typed over an item and is not kept yet. */
export type ItemDraft = { id: number; text: string };

/** What the screen of parked items shows. */
export type ParkedPane = {
  /** The reasons that have open items, whatever the screen shows: for the counts elsewhere. */
  open: ParkedGroup[];
  filter: ParkedFilter;
  groups: ParkedGroup[] | null;
  /** The group whose items are shown, by its key. */
  group: string | null;
  items: ParkedItem[] | null;
  /** Whether there may be older items in the group. */
  hasMore: boolean;
  /** The items that are ticked, by number. */
  chosen: number[];
  /** The item whose detail is shown. */
  item: number | null;
  draft: ItemDraft | null;
};

/** Nothing is known yet. */
export const NO_PARKED: ParkedPane = {
  open: [],
  filter: { flow: null, run: null, state: "open" },
  groups: null,
  group: null,
  items: null,
  hasMore: false,
  chosen: [],
  item: null,
  draft: null,
};

/** What makes a group one: the same reason at the same node. */
export function groupKey(group: Pick<ParkedGroup, "flow" | "node" | "cause">): string {
  return `${group.flow}/${group.node}/${group.cause}`;
}

/** The group whose items are shown. */
export function groupShown(pane: ParkedPane): ParkedGroup | null {
  return pane.groups?.find((group) => groupKey(group) === pane.group) ?? null;
}

/** The item whose detail is shown. */
export function itemShown(pane: ParkedPane): ParkedItem | null {
  return pane.items?.find((item) => item.id === pane.item) ?? null;
}

/**
 * The pane with groups that were read. At first the first one is shown; later, one that is gone
 * gives way to none: the next one's buttons must not slide under a finger that presses twice.
 */
export function withGroups(pane: ParkedPane, groups: ParkedGroup[]): ParkedPane {
  if (groups.some((group) => groupKey(group) === pane.group)) return { ...pane, groups };
  const first = pane.groups === null ? groups[0] : undefined;
  return {
    ...pane,
    groups,
    group: first ? groupKey(first) : null,
    items: first ? null : [],
    hasMore: false,
    chosen: [],
    item: null,
    draft: null,
  };
}

/** The pane with another group's items to come. */
export function withGroup(pane: ParkedPane, group: string): ParkedPane {
  if (group === pane.group) return pane;
  return { ...pane, group, items: null, hasMore: false, chosen: [], item: null, draft: null };
}

/** The pane with another filter; everything of it is read anew. */
export function withFilter(pane: ParkedPane, change: Partial<ParkedFilter>): ParkedPane {
  return { ...NO_PARKED, open: pane.open, filter: { ...pane.filter, ...change } };
}

/** The pane with the items of its group. What was ticked stays so where it is still there. */
export function withItems(pane: ParkedPane, items: ParkedItem[], hasMore: boolean): ParkedPane {
  const ids = new Set(items.map((item) => item.id));
  const item = pane.item !== null && ids.has(pane.item) ? pane.item : (items[0]?.id ?? null);
  return {
    ...pane,
    items,
    hasMore,
    item,
    chosen: pane.chosen.filter((id) => ids.has(id)),
    draft: pane.draft?.id === item ? pane.draft : null,
  };
}

/** The pane with one item as it is now. */
export function withItem(pane: ParkedPane, item: ParkedItem): ParkedPane {
  const items = pane.items?.map((each) => (each.id === item.id ? item : each)) ?? null;
  return { ...pane, items };
}

/** The pane with an item ticked, or no longer. */
export function withTick(pane: ParkedPane, id: number): ParkedPane {
  const chosen = pane.chosen.includes(id)
    ? pane.chosen.filter((each) => each !== id)
    : [...pane.chosen, id];
  return { ...pane, chosen };
}

/** Whether an item can be mended, tried again or resolved. */
export function isOpen(item: ParkedItem): boolean {
  return item.state === "open";
}

/** What "retry" and "resolve" are about: the ticked items, or the open ones of the group. */
export function idsMeant(pane: ParkedPane): number[] {
  const open = (pane.items ?? []).filter(isOpen).map((item) => item.id);
  if (pane.chosen.length === 0) return open;
  const chosen = new Set(pane.chosen);
  return open.filter((id) => chosen.has(id));
}

/** The pane with all open items ticked, or none when they all were. */
export function withAllTicked(pane: ParkedPane): ParkedPane {
  const open = (pane.items ?? []).filter(isOpen).map((item) => item.id);
  return { ...pane, chosen: pane.chosen.length === open.length ? [] : open };
}

/** How many items wait in all. */
export function openCount(groups: readonly ParkedGroup[]): number {
  return groups.reduce((sum, group) => sum + group.open, 0);
}

// Every card on the canvas asks at every event of a run, so it is counted once.
const counted = new WeakMap<readonly ParkedGroup[], Map<string, number>>();

/** How many items of a node wait. */
export function openAt(groups: readonly ParkedGroup[], flow: string, node: string): number {
  let counts = counted.get(groups);
  if (!counts) {
    counts = new Map();
    for (const group of groups) {
      const place = `${group.flow}/${group.node}`;
      counts.set(place, (counts.get(place) ?? 0) + group.open);
    }
    counted.set(groups, counts);
  }
  return counts.get(`${flow}/${node}`) ?? 0;
}

/** The item as it would be tried again: mended, or as it entered the node. */
export function dataOf(item: ParkedItem): unknown {
  return item.edited === undefined ? item.error.value : item.edited;
}

/** Names that tell one item from another, best first. */
const TELLING =
  /^(id|_id|no|nr|number|key|code|sku|email|name|title)$|(_id|_no|_number|Id|Number)$/;

/** At most so many fields stand in the list. */
const SHOWN_FIELDS = 3;

/** The fields that tell the items of a group apart, those that name them first. */
export function tellingFields(items: readonly ParkedItem[]): string[] {
  const counts = new Map<string, number>();
  for (const item of items) {
    const value = dataOf(item);
    if (typeof value !== "object" || value === null || Array.isArray(value)) continue;
    for (const [key, field] of Object.entries(value)) {
      if (typeof field === "object" || field === undefined) continue;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const fields = [...counts.keys()];
  const rank = (field: string) => (TELLING.test(field) ? 0 : 1);
  return fields
    .map((field, at) => ({ field, at }))
    .sort((a, b) => rank(a.field) - rank(b.field) || a.at - b.at)
    .slice(0, SHOWN_FIELDS)
    .map(({ field }) => field);
}

/** The part of an item that stands in a column. */
export function fieldOf(value: unknown, field: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return new Map(Object.entries(value)).get(field);
}
