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

const WIDTH = 560;
const HEIGHT = 266;
const MARGIN = 24;
/** What a node and the gap behind it take up on the canvas. */
const STEP = { x: 280, y: 96 };
const WIDEST = 128;
const NARROWEST = 40;

/**
 * The picture of a flow. Where nodes lie is taken from the layout, or from left to right without
 * one; distances are squeezed so that a long flow still fills the picture.
 */
export function thumbnailOf(flow: FlowFile, layout: Layout): Thumbnail {
  const places = placesOf(flow, layout);
  const all = [...places.values()];
  const left = Math.min(...all.map((place) => place.x));
  const top = Math.min(...all.map((place) => place.y));
  const columns = (Math.max(...all.map((place) => place.x)) - left) / STEP.x + 1;
  const lines = (Math.max(...all.map((place) => place.y)) - top) / STEP.y + 1;
  const width = clamp(((WIDTH - 2 * MARGIN) / columns) * 0.74, NARROWEST, WIDEST);
  const height = clamp(((HEIGHT - 2 * MARGIN) / lines) * 0.6, 16, width * 0.4);
  const across = Math.min((WIDTH - 2 * MARGIN - width) / Math.max(columns - 1, 1), width * 1.5);
  const down = Math.min((HEIGHT - 2 * MARGIN - height) / Math.max(lines - 1, 1), height * 1.9);
  const start = {
    x: (WIDTH - width - across * (columns - 1)) / 2,
    y: (HEIGHT - height - down * (lines - 1)) / 2,
  };
  const boxes = flow.nodes.map((node): Box => {
    const place = places.get(node.id) ?? { x: 0, y: 0 };
    return {
      id: node.id,
      type: node.type,
      isScope: node.body !== undefined,
      x: start.x + ((place.x - left) / STEP.x) * across,
      y: start.y + ((place.y - top) / STEP.y) * down,
      width,
      height,
    };
  });
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const curves = flow.wires.flatMap((wire): Curve[] => {
    const from = byId.get(parsePort(wire.from).node);
    const to = byId.get(parsePort(wire.to).node);
    return from && to ? [{ id: `${wire.from}>${wire.to}`, path: curve(from, to) }] : [];
  });
  return { boxes, curves, viewBox: `0 0 ${WIDTH} ${HEIGHT}` };
}

function placesOf(flow: FlowFile, layout: Layout): Map<string, { x: number; y: number }> {
  const ranks = ranksOf(flow);
  const perRank = new Map<number, number>();
  return new Map(
    flow.nodes.map((node) => {
      const rank = ranks.get(node.id) ?? 0;
      const line = perRank.get(rank) ?? 0;
      perRank.set(rank, line + 1);
      return [node.id, layout.nodes[node.id] ?? { x: rank * STEP.x, y: line * STEP.y }];
    }),
  );
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}

function curve(from: Box, to: Box): string {
  const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
  const [x2, y2] = [to.x, to.y + to.height / 2];
  const bend = Math.max(10, Math.abs(x2 - x1) / 2);
  return `M${round(x1)} ${round(y1)}C${round(x1 + bend)} ${round(y1)} ${round(x2 - bend)} ${round(y2)} ${round(x2)} ${round(y2)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
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
