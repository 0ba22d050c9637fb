/**
 * The source side as the rows that show: the fields of the item, of earlier nodes and the variables,
 * without what is folded or not searched for. Pure.
 */
import type { SourceField } from "../../bindings/SourceField";
import type { SourceTree } from "../../bindings/SourceTree";

export type SourceRow =
  | { id: string; type: "root"; root: SourceTree; depth: 0; isFolded: boolean }
  | { id: string; type: "source"; source: SourceField; depth: number; isFolded: boolean };

/** The rows that show. What is searched for is shown with what lies around it, unfolded. */
export function sourceRows(
  roots: readonly SourceTree[],
  folded: ReadonlySet<string>,
  search: string,
): SourceRow[] {
  const wanted = search.trim().toLowerCase();
  const rows: SourceRow[] = [];
  for (const root of roots) {
    const id = `root ${root.path}`;
    const found = wanted === "" ? root.fields : matching(root.fields, wanted);
    if (wanted !== "" && found.length === 0) continue;
    const isFolded = wanted === "" && folded.has(id);
    rows.push({ id, type: "root", root, depth: 0, isFolded });
    if (!isFolded) append(rows, found, 1, wanted === "" ? folded : NONE);
  }
  return rows;
}

const NONE: ReadonlySet<string> = new Set();

function append(
  rows: SourceRow[],
  sources: readonly SourceField[],
  depth: number,
  folded: ReadonlySet<string>,
): void {
  for (const source of sources) {
    const isFolded = folded.has(source.path);
    rows.push({ id: source.path, type: "source", source, depth, isFolded });
    if (!isFolded) append(rows, source.fields, depth + 1, folded);
  }
}

function matching(sources: readonly SourceField[], wanted: string): SourceField[] {
  return sources.flatMap((source) => {
    if (source.name.toLowerCase().includes(wanted)) return [source];
    const fields = matching(source.fields, wanted);
    return fields.length > 0 ? [{ ...source, fields }] : [];
  });
}

/** Every source by its path. */
export function sourceIndex(roots: readonly SourceTree[]): ReadonlyMap<string, SourceField> {
  const index = new Map<string, SourceField>();
  const add = (sources: readonly SourceField[]) => {
    for (const source of sources) {
      index.set(source.path, source);
      add(source.fields);
    }
  };
  for (const root of roots) add(root.fields);
  return index;
}

/** The fold that spares one from unfolding everything: earlier nodes, until they are looked at. */
export function foldedAtFirst(roots: readonly SourceTree[]): ReadonlySet<string> {
  return new Set(roots.slice(1).map((root) => `root ${root.path}`));
}

/** Whether a source row can be folded. */
export function canFold(row: SourceRow): boolean {
  return row.type === "root" || row.source.fields.length > 0;
}

/** The place of the row around a row. */
export function outerRow(rows: readonly SourceRow[], index: number): number {
  const depth = rows[index]?.depth ?? 0;
  for (let at = index - 1; at >= 0; at -= 1) if ((rows[at]?.depth ?? 0) < depth) return at;
  return index;
}

/** Whether a source is a list of objects, so that a for-each makes sense of it. */
export function isListOfObjects(source: SourceField): boolean {
  return source.kind === "list" && source.fields.some((field) => field.name !== "");
}

/** What of a source its name is: of a list's plain entries, the list's. */
export function sourceName(source: SourceField): string {
  if (source.name !== "") return source.name;
  return source.path.replaceAll("`", "").split(".").at(-1) ?? source.path;
}
