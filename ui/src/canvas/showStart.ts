import type { ReactFlowInstance, Viewport } from "@xyflow/react";
import type { CanvasEdge, CanvasNode } from "../model/canvas";

const PADDING = 40;
/** Below this a card's text cannot be read, so a flow that is larger is shown from its start. */
const LEAST_ZOOM = 0.65;

/** Where each flow was looked at last, for when its canvas is drawn again. */
const lastViews = new Map<string, Viewport>();

/** Keeps where a flow is looked at. */
export function keepView(flow: string | undefined, view: Viewport): void {
  if (flow !== undefined) lastViews.set(flow, view);
}

/** Shows a flow where it was looked at last; its start, when it was not looked at yet. */
export function showAgain(
  flow: string | undefined,
  graph: ReactFlowInstance<CanvasNode, CanvasEdge>,
  box: HTMLElement | null,
): void {
  const last = flow === undefined ? undefined : lastViews.get(flow);
  if (last) void graph.setViewport(last);
  else showStart(graph, box);
}

/** Shows the whole flow where it can be read whole; else its left end, where it starts. */
export function showStart(
  graph: ReactFlowInstance<CanvasNode, CanvasEdge>,
  box: HTMLElement | null,
): void {
  const nodes = graph.getNodes();
  const rect = box?.getBoundingClientRect();
  if (!rect || nodes.length === 0) return;
  const bounds = graph.getNodesBounds(nodes);
  const width = rect.width - 2 * PADDING;
  const height = rect.height - 2 * PADDING;
  const fit = Math.min(width / bounds.width, height / bounds.height, 1);
  const zoom = Math.max(LEAST_ZOOM, fit);
  const isWide = bounds.width * zoom > width;
  const isHigh = bounds.height * zoom > height;
  const middle = (from: number, size: number, room: number) =>
    (room - size * zoom) / 2 - from * zoom;
  void graph.setViewport({
    zoom,
    x: isWide ? PADDING - bounds.x * zoom : middle(bounds.x, bounds.width, rect.width),
    y: isHigh ? PADDING - bounds.y * zoom : middle(bounds.y, bounds.height, rect.height),
  });
}
