/**
 * What expressions say, as the host reads them: asked for once per text and kept, so that rows show
 * their pills at once after a change or an undo.
 */
import { createStore } from "zustand/vanilla";
import { host } from "../actions/context";
import type { MapRow } from "../bindings/MapRow";
import type { Reading } from "../bindings/Reading";
import type { RowView } from "../bindings/RowView";
import type { Rule } from "../bindings/Rule";
import type { SourceField } from "../bindings/SourceField";

type Known = ReadonlyMap<string, Reading>;

/** Every reading so far, by text and what for-eaches around it go through. */
export const readings = createStore<{ known: Known }>(() => ({ known: new Map() }));

const asked = new Set<string>();
const NOTHING: Reading = { sources: [] };

function keyOf(text: string, within: readonly string[]): string {
  return JSON.stringify([text, ...within]);
}

/** The reading of a text, where it is known. */
export function knownReading(
  known: Known,
  text: string,
  within: readonly string[],
): Reading | undefined {
  return text.trim() === "" ? NOTHING : known.get(keyOf(text, within));
}

function keep(entries: Iterable<readonly [string, Reading]>): void {
  readings.setState(({ known }) => ({ known: new Map([...known, ...entries]) }));
}

/** Takes over the readings that came with the mapping. */
export function keepRows(rows: readonly RowView[]): void {
  const found: [string, Reading][] = [];
  const add = (list: readonly RowView[], within: readonly string[]) => {
    for (const row of list) {
      found.push([keyOf(row.from, within), row.reading]);
      if (row.rows) add(row.rows, [...within, row.from]);
    }
  };
  add(rows, []);
  keep(found);
}

/** Reads a text, or finds what was read before. */
export async function readingOf(text: string, within: readonly string[]): Promise<Reading> {
  const known = knownReading(readings.getState().known, text, within);
  if (known !== undefined) return known;
  const reading = await host().call("mapper.read", { text, within: [...within] });
  keep([[keyOf(text, within), reading]]);
  return reading;
}

/** Asks for the readings of all fields that are not known yet. */
export function readAll(fields: readonly MapRow[], within: readonly string[] = []): void {
  const { known } = readings.getState();
  for (const field of fields) {
    const key = keyOf(field.from, within);
    if (knownReading(known, field.from, within) === undefined && !asked.has(key)) {
      asked.add(key);
      // Without its reading a field shows its text, so a failure needs no words.
      readingOf(field.from, within).then(
        () => asked.delete(key),
        () => asked.delete(key),
      );
    }
    if (field.fields) readAll(field.fields, [...within, field.from]);
  }
}

/** The expression of a rule. Its reading is known from then on. */
export async function writeRule(rule: Rule, within: readonly string[]): Promise<string> {
  const { text, reading } = await host().call("mapper.rule", { rule, within: [...within] });
  // The host wrote it of this rule, so this is what it says.
  keep([[keyOf(text, within), { ...reading, rule: reading.rule ?? rule }]]);
  return text;
}

/** How a source is called inside what for-eaches go through. */
export async function reach(source: SourceField, within: readonly string[]): Promise<string> {
  const { path, lists } = source;
  const { text } = await host().call("mapper.reach", { path, lists, within: [...within] });
  await readingOf(text, within);
  return text;
}
