/**
 * The preview of a mapping: what it gives for the first items, what fails, and the way to the next
 * item that fails. Pure.
 */
import { isRecord } from "../form/pointer";
import type { FieldPath, MapField } from "./fields";
import { fieldAt } from "./fields";

/** A field that fails for an item. */
export type FieldFault = {
  path: FieldPath;
  message: string;
  code: string;
  span: [number, number] | undefined;
};

/** What the mapping gives for one item. */
export type MappedItem = {
  /** The item, by lineage. */
  item: string;
  input: unknown;
  output: unknown;
  faults: readonly FieldFault[];
};

export type PreviewState = {
  items: readonly MappedItem[];
  /** Whether it is of the mapping as it stands now. */
  isCurrent: boolean;
  /** Why there is none at all. */
  problem: string | undefined;
  /** Whether a run has items for it. */
  hasItems: boolean;
};

export const NO_PREVIEW: PreviewState = {
  items: [],
  isCurrent: false,
  problem: undefined,
  hasItems: false,
};

/** How many items go well and how many fail. */
export function tally(items: readonly MappedItem[]): { fine: number; failing: number } {
  const failing = items.filter((each) => each.faults.length > 0).length;
  return { fine: items.length - failing, failing };
}

/** The next item that fails after `index`, from the start again at the end. */
export function nextFailing(items: readonly MappedItem[], index: number): number | undefined {
  for (let step = 1; step <= items.length; step += 1) {
    const at = (index + step) % items.length;
    if ((items[at]?.faults.length ?? 0) > 0) return at;
  }
  return undefined;
}

/** What fails in a field, by the id of its row: how often, and why at the item that is shown. */
export type RowFault = { count: number; first: number; here: FieldFault | undefined };

/** The faults by the field's row; a fault of the mapping as a whole has none. */
export function faultsByRow(
  items: readonly MappedItem[],
  index: number,
): ReadonlyMap<string, RowFault> {
  const rows = new Map<string, RowFault>();
  for (const [at, { faults }] of items.entries()) {
    const seen = new Set<string>();
    for (const fault of faults) {
      const id = fault.path.join(".");
      const known = rows.get(id) ?? { count: 0, first: at, here: undefined };
      const count = known.count + (seen.has(id) ? 0 : 1);
      seen.add(id);
      rows.set(id, { ...known, count, here: known.here ?? (at === index ? fault : undefined) });
    }
  }
  return rows;
}

/**
 * What a field got in an output: of a for-each's field, what its first element got. The second value
 * says whether there is one at all.
 */
export function valueOf(
  output: unknown,
  fields: readonly MapField[],
  path: FieldPath,
): { value: unknown; isThere: boolean } {
  let here: unknown = output;
  for (let length = 1; length <= path.length; length += 1) {
    if (Array.isArray(here)) here = here[0];
    const to = fieldAt(fields, path.slice(0, length))?.to ?? "";
    for (const key of to.split(".")) {
      if (!isRecord(here) || !Object.hasOwn(here, key)) return { value: undefined, isThere: false };
      here = here[key];
    }
  }
  return { value: here, isThere: true };
}
