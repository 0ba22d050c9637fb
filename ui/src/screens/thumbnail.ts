/** A flow's graph drawn small: boxes and curves that fit into a card. Pure. */
import type { FlowFile } from "../bindings/FlowFile";
import type { Layout } from "../bindings/Layout";
import { parsePort } from "../model/flow";

export type Box = {
  id: string;
  type: string;
  x: number;
  y: number;
  width: number;
  height: number;
  isScope: boolean;
};
export type Curve = { id: string; path: string };
export type Thumbnail = { boxes: Box[]; curves: Curve[]; viewBox: string };

const NODE = { width: 200, height: 56 };
const GAP = { x: 80, y: 40 };
const MARGIN = 24;
/** As wide for their height as the cards' pictures. */
const RATIO = 2.1;

/** The picture of a flow; nodes without a place are set out from left to right. */
export function thumbnailOf(flow: FlowFile, layout: Layout): Thumbnail {
  const ranks = ranksOf(flow);
  const perRank = new Map<number, number>();
  const boxes = flow.nodes.map((node): Box => {
    const rank = ranks.get(node.id) ?? 0;
    const line = perRank.get(rank) ?? 0;
    perRank.set(rank, line + 1);
    const place = layout.nodes[node.id];
    const isScope = node.body !== undefined;
    return {
      id: node.id,
      type: node.type,
      isScope,
      x: place?.x ?? rank * (NODE.width + GAP.x),
      y: place?.y ?? line * (NODE.height + GAP.y),
      width: place?.width ?? (isScope ? NODE.width * 1.6 : NODE.width),
      height: place?.height ?? (isScope ? NODE.height * 2 : NODE.height),
    };
  });
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const curves = flow.wires.flatMap((wire): Curve[] => {
    const from = byId.get(parsePort(wire.from).node);
    const to = byId.get(parsePort(wire.to).node);
    return from && to ? [{ id: `${wire.from}>${wire.to}`, path: curve(from, to) }] : [];
  });
  return { boxes, curves, viewBox: viewBoxOf(boxes) };
}

function curve(from: Box, to: Box): string {
  const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
  const [x2, y2] = [to.x, to.y + to.height / 2];
  const bend = Math.max(40, Math.abs(x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

function viewBoxOf(boxes: readonly Box[]): string {
  if (boxes.length === 0) return "0 0 100 50";
  const left = Math.min(...boxes.map((box) => box.x)) - MARGIN;
  const top = Math.min(...boxes.map((box) => box.y)) - MARGIN;
  const width = Math.max(...boxes.map((box) => box.x + box.width)) + MARGIN - left;
  const height = Math.max(...boxes.map((box) => box.y + box.height)) + MARGIN - top;
  // Small flows are not blown up: a picture is at least three nodes wide.
  const shown = Math.max(width, 3 * (NODE.width + GAP.x), height * RATIO);
  const tall = shown / RATIO;
  return [left - (shown - width) / 2, top - (tall - height) / 2, shown, tall]
    .map(Math.round)
    .join(" ");
}

function ranksOf(flow: FlowFile): Map<string, number> {
  const ranks = new Map(flow.nodes.map((node) => [node.id, 0]));
  // The longest way to each node; a flow has no circles, and a broken one ends after as many rounds.
  for (let round = 0; round < flow.nodes.length; round += 1) {
    let changed = false;
    for (const wire of flow.wires) {
      const from = ranks.get(parsePort(wire.from).node);
      const to = parsePort(wire.to).node;
      const now = ranks.get(to);
      if (from === undefined || now === undefined || now > from) continue;
      ranks.set(to, from + 1);
      changed = true;
    }
    if (!changed) break;
  }
  return ranks;
}
