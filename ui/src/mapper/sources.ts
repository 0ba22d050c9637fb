/**
 * The source side: the fields of the item, of earlier nodes and the variables, as a tree with what
 * was seen of them, and as the rows that show. Pure.
 */
import type { CellKind } from "../data/cells";
import type { Shape } from "../data/schema";
import { join } from "./scope";

/** One field that something can be made from. */
export type Source = {
  /** What it is called in an expression of the outermost fields. */
  path: string;
  name: string;
  kinds: readonly CellKind[];
  /** How many of the objects around it have it, not null, from 0 to 1; null where it is not known. */
  fill: number | null;
  example: string;
  /** Whether it is a list, whose elements a for-each can go through. */
  isList: boolean;
  children: readonly Source[];
};

/** Where sources come from: the item itself, an earlier node, the variables. */
export type SourceRoot = {
  id: string;
  kind: "item" | "node" | "vars";
  title: string;
  sources: readonly Source[];
};

export type SourceRow =
  | { id: string; type: "root"; root: SourceRoot; depth: 0; isFolded: boolean }
  | {
      id: string;
      type: "source";
      source: Source;
      depth: number;
      isFolded: boolean;
      /** The rows around it, outermost first: where its lines end when it does not show. */
      around: readonly string[];
    };

const KINDS: readonly CellKind[] = ["text", "number", "bool", "list", "object"];

/** The fields of a shape as sources; `path` is what the whole is called, empty for the item. */
export function sourcesOf(shape: Shape, path: string): Source[] {
  const elements = shape.elements;
  // The fields of a list's objects stand right below the list.
  const fields = shape.fields.size > 0 ? shape.fields : (elements?.fields ?? new Map());
  const around = shape.fields.size > 0 ? shape : (elements ?? shape);
  const objects = around.kinds.object ?? 0;
  return [...fields].map(([name, field]) => sourceOf(field, join(path, name), name, objects));
}

function sourceOf(shape: Shape, path: string, name: string, objects: number): Source {
  const nulls = shape.kinds.null ?? 0;
  return {
    path,
    name,
    kinds: KINDS.filter((kind) => (shape.kinds[kind] ?? 0) > 0),
    fill: objects === 0 ? null : (shape.seen - nulls) / objects,
    example: shape.samples[0] ?? shape.elements?.samples[0] ?? "",
    isList: (shape.kinds.list ?? 0) > 0,
    children: sourcesOf(shape, path),
  };
}

/** The row of a root or a source: sources by their path, roots so that they cannot be mistaken. */
function rootId(root: SourceRoot): string {
  return `root ${root.id}`;
}

/**
 * The rows that show: without what lies in folded places or, when something is searched for, only
 * what has it in its name and what lies around that.
 */
export function sourceRows(
  roots: readonly SourceRoot[],
  folded: ReadonlySet<string>,
  search: string,
): SourceRow[] {
  const wanted = search.trim().toLowerCase();
  const rows: SourceRow[] = [];
  for (const root of roots) {
    const id = rootId(root);
    const found = wanted === "" ? root.sources : matching(root.sources, wanted);
    if (wanted !== "" && found.length === 0) continue;
    const isFolded = wanted === "" && folded.has(id);
    rows.push({ id, type: "root", root, depth: 0, isFolded });
    if (!isFolded) append(rows, found, 1, [id], wanted === "" ? folded : NONE);
  }
  return rows;
}

const NONE: ReadonlySet<string> = new Set();

function append(
  rows: SourceRow[],
  sources: readonly Source[],
  depth: number,
  around: readonly string[],
  folded: ReadonlySet<string>,
): void {
  for (const source of sources) {
    const isFolded = folded.has(source.path);
    rows.push({ id: source.path, type: "source", source, depth, isFolded, around });
    if (!isFolded) append(rows, source.children, depth + 1, [...around, source.path], folded);
  }
}

function matching(sources: readonly Source[], wanted: string): Source[] {
  return sources.flatMap((source) => {
    if (source.name.toLowerCase().includes(wanted)) return [source];
    const children = matching(source.children, wanted);
    return children.length > 0 ? [{ ...source, children }] : [];
  });
}

/** Every source by its path. */
export function sourceIndex(roots: readonly SourceRoot[]): ReadonlyMap<string, Source> {
  const index = new Map<string, Source>();
  const add = (sources: readonly Source[]) => {
    for (const source of sources) {
      index.set(source.path, source);
      add(source.children);
    }
  };
  for (const root of roots) add(root.sources);
  return index;
}

/** Whether a source row can be folded. */
export function canFold(row: SourceRow): boolean {
  return row.type === "root" || row.source.children.length > 0;
}

/** How many rows further the next row at or above the depth of this one is, for the way outwards. */
export function outerRow(rows: readonly SourceRow[], index: number): number {
  const depth = rows[index]?.depth ?? 0;
  for (let at = index - 1; at >= 0; at -= 1) if ((rows[at]?.depth ?? 0) < depth) return at;
  return index;
}
