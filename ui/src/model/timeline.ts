/** A run as a waterfall: which stretch of time is in sight, where its bars lie. Pure. */
import type { Bar } from "../bindings/Bar";
import type { Lane } from "../bindings/Lane";
import type { Timeline } from "../bindings/Timeline";

/** The waterfall of the run that is shown, as the host gave it last. */
export type TimelineState = { run: string | null; data: Timeline | null; error: string | null };

/** Nothing was read yet. */
export const NO_TIMELINE: TimelineState = { run: null, data: null, error: null };

/** The stretch of time in sight. */
export type Span = { from: number; to: number };

/** What one looks at: the stretch in sight, and the bar that the keyboard is at. */
export type Sight = {
  /** Null while all of the run is in sight, which goes on growing while it runs. */
  span: Span | null;
  lane: number;
  /** The bar in the lane; -1 is the lane itself. */
  bar: number;
};

/** All of the run, from its first lane. */
export const WHOLE: Sight = { span: null, lane: 0, bar: -1 };

/** No shorter stretch is shown than this, in milliseconds. */
const SHORTEST_MS = 5;

/** All that the run took, never empty. */
export function whole({ began, ended, lanes }: Timeline): Span {
  const last = Math.max(ended, ...lanes.map((lane) => lane.ended));
  const first = Math.min(began, ...lanes.map((lane) => lane.began));
  return { from: first, to: Math.max(first + 1, last) };
}

/** The stretch in sight. */
export function inSight(sight: Sight, data: Timeline): Span {
  return sight.span ?? whole(data);
}

function within(span: Span, all: Span): Span | null {
  const length = Math.max(SHORTEST_MS, span.to - span.from);
  if (length >= all.to - all.from) return null;
  const from = Math.min(Math.max(span.from, all.from), all.to - length);
  return { from, to: from + length };
}

/** Zooms by a factor around a moment: under 1 shows less. */
export function zoomed(sight: Sight, data: Timeline, factor: number, around?: number): Sight {
  const { from, to } = inSight(sight, data);
  const at = around ?? (from + to) / 2;
  const span = { from: at - (at - from) * factor, to: at + (to - at) * factor };
  return { ...sight, span: within(span, whole(data)) };
}

/** Moves what is in sight by a part of its length. */
export function panned(sight: Sight, data: Timeline, part: number): Sight {
  if (sight.span === null) return sight;
  const by = (sight.span.to - sight.span.from) * part;
  const span = { from: sight.span.from + by, to: sight.span.to + by };
  return { ...sight, span: within(span, whole(data)) };
}

/** Goes to another lane, at its start. */
export function atLane(sight: Sight, data: Timeline, lane: number): Sight {
  const last = data.lanes.length - 1;
  return { ...sight, lane: Math.max(0, Math.min(last, lane)), bar: -1 };
}

/** Goes to another bar of the lane, and moves what is in sight so that it shows. */
export function atBar(sight: Sight, data: Timeline, bar: number): Sight {
  const bars = data.lanes[sight.lane]?.bars ?? [];
  const next = Math.max(-1, Math.min(bars.length - 1, bar));
  const found = bars[next];
  const moved = { ...sight, bar: next };
  if (found === undefined || sight.span === null) return moved;
  const { from, to } = sight.span;
  const end = found.began + found.took_ms;
  if (found.began < to && end > from) return moved;
  const half = (to - from) / 2;
  const middle = found.began + found.took_ms / 2;
  return { ...moved, span: within({ from: middle - half, to: middle + half }, whole(data)) };
}

/** What can be done to the sight. */
export type SightChange =
  | { type: "zoom"; factor: number; around?: number }
  | { type: "pan"; part: number }
  | { type: "fit" }
  | { type: "lane"; lane: number }
  | { type: "bar"; bar: number };

/** Changes what one looks at. */
export function reduceSight(sight: Sight, data: Timeline, change: SightChange): Sight {
  switch (change.type) {
    case "zoom":
      return zoomed(sight, data, change.factor, change.around);
    case "pan":
      return panned(sight, data, change.part);
    case "fit":
      return { ...sight, span: null };
    case "lane":
      return atLane(sight, data, change.lane);
    case "bar":
      return atBar(sight, data, change.bar);
    default:
      return change satisfies never;
  }
}

/** A bar as it is drawn: where it lies, in parts of the width, and in which of the lane's rows. */
export type Drawn = {
  /** Its place in the lane's list. */
  index: number;
  bar: Bar;
  left: number;
  width: number;
  row: number;
  /** How many more bars are drawn as this one, as they are too close to tell apart. */
  more: number;
};

/** At most so many rows tell bars of one lane apart that go at the same time. */
export const ROWS = 3;

/** The bars of a lane but the one that is the node as a whole, each in a row that is free then. */
export function drawn(lane: Lane, { from, to }: Span, smallest: number): Drawn[] {
  const length = to - from;
  const ends: number[] = [];
  const last: (Drawn | undefined)[] = [];
  const all: Drawn[] = [];
  for (const [index, bar] of lane.bars.entries()) {
    const end = bar.began + bar.took_ms;
    if (bar.kind === "work" || end < from || bar.began > to) continue;
    const left = Math.max(0, (bar.began - from) / length);
    const width = Math.max(smallest, Math.min(1, (end - from) / length) - left);
    const free = ends.findIndex((each) => each <= left + smallest / 4);
    const row = free >= 0 ? free : ends.length < ROWS ? ends.length : soonest(ends);
    const before = last[row];
    if (before && isSame(before, bar, left, width, smallest)) {
      before.more += 1;
      before.width = Math.max(before.width, left + width - before.left);
      ends[row] = before.left + before.width;
      continue;
    }
    const next = { index, bar, left, width, row, more: 0 };
    ends[row] = left + width;
    last[row] = next;
    all.push(next);
  }
  return all;
}

/** Whether a bar looks like the one before it in its row: as thin, as near, of the same kind. */
function isSame(before: Drawn, bar: Bar, left: number, width: number, smallest: number): boolean {
  return (
    before.bar.kind === bar.kind &&
    before.bar.failed === bar.failed &&
    width <= smallest * 1.5 &&
    left - (before.left + before.width) < smallest
  );
}

function soonest(ends: readonly number[]): number {
  return ends.indexOf(Math.min(...ends));
}

const STEPS = [1, 2, 5];

/** The moments to mark on the axis, as milliseconds since the run began: round ones, a few. */
export function marks({ from, to }: Span, began: number, most: number): number[] {
  const length = to - from;
  let step = 1;
  for (let power = 1; length / step > most; power *= 10) {
    for (const each of STEPS) {
      step = each * power;
      if (length / step <= most) break;
    }
  }
  const first = Math.ceil((from - began) / step) * step;
  const all: number[] = [];
  for (let at = first; at <= to - began; at += step) all.push(at);
  return all;
}

/** A bar with its lane, for the table of all bars. */
export type BarRow = { key: string; lane: Lane; bar: Bar };

/** All bars as rows, in the order of their beginning. */
export function barRows({ lanes }: Timeline): BarRow[] {
  return lanes
    .flatMap((lane) => lane.bars.map((bar, index) => ({ key: `${lane.node} ${index}`, lane, bar })))
    .sort((a, b) => a.bar.began - b.bar.began);
}
