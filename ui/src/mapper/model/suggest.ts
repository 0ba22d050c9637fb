/** Suggestions: where they belong among the rows, their ghost lines, and what taking one does. Pure. */
import type { MapRow } from "../../bindings/MapRow";
import type { Suggestion } from "../../bindings/Suggestion";
import type { TargetField } from "../../bindings/TargetField";
import { fieldAt } from "./fields";
import type { Line } from "./lines";
import type { SourceRow } from "./sources";
import type { TargetRow } from "./targets";

/** The names that lead to a row: of a field in a list, the list's and its own. */
export function namesTo(row: TargetRow, fields: readonly MapRow[]): string[] | undefined {
  if (row.type === "new" || row.type === "object") return undefined;
  const path = row.type === "field" ? row.path : row.parent;
  const names = path.map((_, at) => fieldAt(fields, path.slice(0, at + 1))?.to ?? "");
  return row.type === "field" ? names : [...names, row.name];
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}

/** The suggestions by the row that they are for; those whose row does not show are left out. */
export function suggestionsByRow(
  suggestions: readonly Suggestion[],
  rows: readonly TargetRow[],
  fields: readonly MapRow[],
): ReadonlyMap<string, Suggestion> {
  const found = new Map<string, Suggestion>();
  for (const row of rows) {
    const names = namesTo(row, fields);
    const isOpen = row.type === "open" || (row.type === "field" && row.field.from.trim() === "");
    if (names === undefined || !isOpen) continue;
    const suggestion = suggestions.find((each) => isSame(each.to, names));
    if (suggestion !== undefined) found.set(row.id, suggestion);
  }
  return found;
}

/** The lines of what is suggested. */
export function ghostLines(
  byRow: ReadonlyMap<string, Suggestion>,
  sources: readonly SourceRow[],
  targets: readonly TargetRow[],
): Line[] {
  const places = new Map(sources.map((row, index) => [row.id, index]));
  return targets.flatMap((row, to): Line[] => {
    const suggestion = byRow.get(row.id);
    const from = suggestion && places.get(suggestion.best.source);
    if (from === undefined) return [];
    return [{ id: `ghost ${row.id}`, from, to, isEach: false, isInner: false }];
  });
}

/** The fields with a suggestion taken; rows that it needs are made. */
export function accepted(
  fields: readonly MapRow[],
  wanted: readonly TargetField[],
  suggestion: Suggestion,
): MapRow[] {
  return put(fields, wanted, suggestion.to, suggestion);
}

function put(
  list: readonly MapRow[],
  wanted: readonly TargetField[],
  names: readonly string[],
  suggestion: Suggestion,
): MapRow[] {
  const [name, ...rest] = names;
  if (name === undefined) return [...list];
  const target = wanted.find((each) => each.to === name);
  const at = list.findIndex((row) => row.to === name);
  const row = list[at] ?? begun(name, target);
  const next =
    rest.length === 0
      ? mapped(row, suggestion)
      : { ...row, fields: put(row.fields ?? [], target?.fields ?? [], rest, suggestion) };
  return at < 0 ? [...list, next] : list.map((each, index) => (index === at ? next : each));
}

function begun(to: string, target: TargetField | undefined): MapRow {
  const type = target === undefined || target.type === "any" ? {} : { type: target.type };
  return { to, from: "", ...type };
}

function mapped(row: MapRow, { best }: Suggestion): MapRow {
  if (!best.for_each) return { ...row, from: best.from };
  return { ...row, from: best.from, fields: row.fields ?? [] };
}
