/**
 * The lines between source and target rows: which there are, and their curves for what is scrolled
 * into sight. Rows have one height, so that nothing has to be measured. Pure.
 */
import type { SourceRow } from "./sources";
import type { TargetRow } from "./targets";

export const SOURCE_ROW = 28;
export const TARGET_ROW = 32;

/** A line from a source row to a target row, by their places in the lists. */
export type Line = {
  id: string;
  from: number;
  to: number;
  /** Whether it is a for-each's: drawn stronger. */
  isEach: boolean;
  /** Whether it ends at a row around its source, because that is folded or searched away. */
  isInner: boolean;
};

/** A line that shows, with its curve. */
export type Curve = Line & { d: string };

/** The lines between the rows that show; what has no row at all has no line. */
export function linesOf(sources: readonly SourceRow[], targets: readonly TargetRow[]): Line[] {
  const places = new Map(sources.map((row, index) => [row.id, index]));
  const lines: Line[] = [];
  for (const [to, row] of targets.entries()) {
    if (row.type !== "field") continue;
    const seen = new Set<number>();
    for (const path of row.reading?.sources ?? []) {
      const from = nearest(path, places);
      if (from === undefined || seen.has(from)) continue;
      seen.add(from);
      const isInner = sources[from]?.id !== path;
      lines.push({ id: `${from} ${row.id}`, from, to, isEach: row.isEach, isInner });
    }
  }
  return lines;
}

// A field whose row does not show is drawn from the nearest row around it.
function nearest(path: string, places: ReadonlyMap<string, number>): number | undefined {
  for (let at = path; at !== ""; at = at.slice(0, Math.max(0, lastDot(at)))) {
    const place = places.get(at);
    if (place !== undefined) return place;
  }
  return undefined;
}

function lastDot(path: string): number {
  const inQuotes = path.endsWith("`") ? path.lastIndexOf("`", path.length - 2) : path.length;
  return path.lastIndexOf(".", inQuotes);
}

/** How far the lists are scrolled, and how high they show. */
export type Sight = { sourceTop: number; targetTop: number; height: number };

/** The curves of the lines of which an end is in sight; the other end is drawn to the edge. */
export function curvesOf(lines: readonly Line[], sight: Sight, width: number): Curve[] {
  const { sourceTop, targetTop, height } = sight;
  return lines.flatMap((line) => {
    const from = line.from * SOURCE_ROW + SOURCE_ROW / 2 - sourceTop;
    const to = line.to * TARGET_ROW + TARGET_ROW / 2 - targetTop;
    const isSeen = (y: number) => y >= 0 && y <= height;
    if (!isSeen(from) && !isSeen(to)) return [];
    const y1 = clamp(from, -6, height + 6);
    const y2 = clamp(to, -6, height + 6);
    const bend = width * 0.45;
    const d = `M0 ${y1}C${bend} ${y1} ${width - bend} ${y2} ${width} ${y2}`;
    return [{ ...line, d }];
  });
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

/** The first and last + 1 row of a list that are in sight, a few more on both sides. */
export function window(count: number, row: number, top: number, height: number): [number, number] {
  const more = 6;
  const first = Math.max(0, Math.floor(top / row) - more);
  return [first, Math.min(count, Math.ceil((top + height) / row) + more)];
}
