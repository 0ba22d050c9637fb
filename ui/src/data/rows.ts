/** The rows of the views: each item with its number, loaded or not. Pure but for a cache. */
import type { Sample } from "../bindings/Sample";
import type { Pages } from "./pages";
import { matches } from "./search";

export type DataRow = {
  /** The item's index among the kept ones. */
  index: number;
  lineage: string | undefined;
  value: unknown;
  isLoaded: boolean;
};

// A page more must not make the rows anew that are drawn already.
const known = new WeakMap<Sample, DataRow>();

/** The rows that a search shows; all of them for an empty text. */
export function shownRows(pages: Pages, wanted: string): DataRow[] {
  const all = pages.items.map(rowOf);
  if (wanted === "") return all;
  const found = matches(
    all.map((row) => row.value),
    wanted,
  );
  return found.flatMap((index) => {
    const row = all[index];
    return row?.isLoaded ? [row] : [];
  });
}

function rowOf(sample: Sample | undefined, index: number): DataRow {
  if (sample === undefined) {
    return { index, lineage: undefined, value: undefined, isLoaded: false };
  }
  const row = known.get(sample) ?? {
    index,
    lineage: sample.item,
    value: sample.value,
    isLoaded: true,
  };
  known.set(sample, row);
  return row;
}
