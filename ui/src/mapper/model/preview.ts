/**
 * The preview of a mapping: what it gives for the first items, what fails where, and the way to the
 * next item that fails. Pure.
 */
import type { MapPreview } from "../../bindings/MapPreview";
import type { MapRow } from "../../bindings/MapRow";
import type { PreviewError } from "../../bindings/PreviewError";
import type { PreviewItem } from "../../bindings/PreviewItem";
import type { RowTotals } from "../../bindings/RowTotals";
import { isRecord } from "../../form/pointer";
import { type FieldPath, fieldAt, pathOfPointer } from "./fields";
import { rowId } from "./targets";

export type PreviewState = {
  items: readonly PreviewItem[];
  fine: number;
  failing: number;
  /** What happened at each row, by its id. */
  totals: ReadonlyMap<string, RowTotals>;
  /** What is wrong with a row whatever the item, by its id. */
  problems: ReadonlyMap<string, PreviewError>;
  /** Whether it is of the mapping as it stands now. */
  isCurrent: boolean;
  /** Why there is none at all. */
  refused: string | undefined;
};

export const NO_PREVIEW: PreviewState = {
  items: [],
  fine: 0,
  failing: 0,
  totals: new Map(),
  problems: new Map(),
  isCurrent: false,
  refused: undefined,
};

/** The preview that the host gave, by rows. */
export function previewOf(answer: MapPreview): PreviewState {
  const byRow = <Value extends { key: string }>(list: readonly Value[]) =>
    list.map((each): [string, Value] => [rowOf(each.key), each]);
  return {
    items: answer.items,
    fine: answer.fine,
    failing: answer.failing,
    totals: new Map(byRow(answer.rows)),
    problems: new Map(byRow(answer.problems).map(([id, { error }]) => [id, error])),
    isCurrent: true,
    refused: undefined,
  };
}

/** The id of the row that a key inside the node is about; empty where it is none. */
function rowOf(key: string): string {
  const path = pathOfPointer(key);
  return path === undefined ? "" : rowId(path);
}

/** The next item that fails after `index`, from the start again at the end. */
export function nextFailing(items: readonly PreviewItem[], index: number): number | undefined {
  for (let step = 1; step <= items.length; step += 1) {
    const at = (index + step) % items.length;
    if ((items[at]?.troubles.length ?? 0) > 0) return at;
  }
  return undefined;
}

/** What fails in a field: for how many items, and why for the item that is shown. */
export type RowFault = { count: number; here: string | undefined };

/** What fails, by the field's row. */
export function faultsByRow(
  items: readonly PreviewItem[],
  index: number,
): ReadonlyMap<string, RowFault> {
  const rows = new Map<string, RowFault>();
  for (const [at, { troubles }] of items.entries()) {
    for (const id of new Set(troubles.map((trouble) => rowOf(trouble.key)))) {
      const known = rows.get(id);
      const trouble = at === index ? troubles.find((each) => rowOf(each.key) === id) : undefined;
      const here = known?.here ?? trouble?.error.message;
      rows.set(id, { count: (known?.count ?? 0) + 1, here });
    }
  }
  return rows;
}

/**
 * What a field got in an output: of a for-each's field, what its first element got. It also says
 * whether there is one at all.
 */
export function valueAt(
  output: unknown,
  fields: readonly MapRow[],
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

/** What went wrong in a field for an item. */
export function troubleAt(item: PreviewItem | undefined, row: string): PreviewError | undefined {
  return item?.troubles.find((trouble) => rowOf(trouble.key) === row)?.error;
}
