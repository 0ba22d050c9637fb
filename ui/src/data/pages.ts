/**
 * What is loaded so far of one tap of one run: which pages to ask for next, and what came.
 * Plain data and pure functions; `loadItems` does the asking.
 */
import type { ItemsPage } from "../bindings/ItemsPage";
import type { Sample } from "../bindings/Sample";

export type Pages = {
  /** The items by index; undefined where they are not loaded. */
  items: (Sample | undefined)[];
  total: number;
  kept: number;
  limit?: string;
  /** Offsets that were asked for and have not come. */
  asked: ReadonlySet<number>;
  error?: string;
};

/** How many items one page holds: 1,000 of these in flight stay below the host's 200 KB a page. */
export const PAGE = 100;

/** Nothing loaded, nothing asked for. */
export const NO_PAGES: Pages = { items: [], total: 0, kept: 0, asked: new Set() };

/** Offsets of the pages that the rows `first..last` need and that were not asked for. */
export function missing(pages: Pages, first: number, last: number): number[] {
  const offsets: number[] = [];
  const start = Math.max(0, Math.floor(first / PAGE) * PAGE);
  for (let offset = start; offset <= Math.min(last, pages.kept - 1); offset += PAGE) {
    if (pages.items[offset] === undefined && !pages.asked.has(offset)) offsets.push(offset);
  }
  return offsets;
}

/** After a page was asked for. */
export function withAsked(pages: Pages, offset: number): Pages {
  return { ...pages, asked: new Set([...pages.asked, offset]) };
}

/** After a page came. A page may hold fewer items than asked for: the rest is asked for again. */
export function withPage(pages: Pages, offset: number, page: ItemsPage): Pages {
  const items = pages.items.slice(0, page.kept);
  while (items.length < page.kept) items.push(undefined);
  page.items.forEach((sample, index) => {
    items[offset + index] = sample;
  });
  const asked = new Set([...pages.asked].filter((other) => other !== offset));
  const { error: _mended, limit: _old, ...rest } = pages;
  const next: Pages = { ...rest, items, total: page.total, kept: page.kept, asked };
  return page.limit === undefined ? next : { ...next, limit: page.limit };
}

/** After a page could not be had. */
export function withError(pages: Pages, offset: number, error: string): Pages {
  return { ...pages, asked: new Set([...pages.asked].filter((other) => other !== offset)), error };
}

/** The items that are here, with their index. */
export function loaded(pages: Pages): Sample[] {
  return pages.items.filter((sample): sample is Sample => sample !== undefined);
}
