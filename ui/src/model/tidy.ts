import { Graph as Dagre, layout as runDagre } from "@dagrejs/dagre";
import type { Layout } from "../bindings/Layout";
import type { Place } from "../bindings/Place";
import { factsOf } from "./facts";
import { type Graph, parsePort } from "./flow";
import { CARD_WIDTH, SCOPE_PADDING, type Size, scopeSize, shapeOf, snap } from "./geometry";
import { hasLanes, LANE_ROOM } from "./lanes";
import type { World } from "./ports";

const BETWEEN_RANKS = 88;
const BETWEEN_NODES = 36;

type Box = Size & { x: number; y: number };

/** The graph's nodes laid out from left to right; the same graph always gives the same places. */
function layOut(graph: Graph, sizes: Map<string, Size>): Map<string, Box> {
  const dagre = new Dagre({ multigraph: false });
  dagre.setGraph({ rankdir: "LR", ranksep: BETWEEN_RANKS, nodesep: BETWEEN_NODES, edgesep: 16 });
  dagre.setDefaultEdgeLabel(() => ({}));
  for (const node of graph.nodes) {
    const size = sizes.get(node.id);
    if (size) dagre.setNode(node.id, { ...size });
  }
  for (const wire of graph.wires) {
    const from = parsePort(wire.from).node;
    const to = parsePort(wire.to).node;
    if (sizes.has(from) && sizes.has(to)) dagre.setEdge(from, to);
  }
  runDagre(dagre);
  const boxes = new Map<string, Box>();
  for (const [id, size] of sizes) {
    const { x = 0, y = 0 } = dagre.node(id);
    boxes.set(id, { ...size, x: snap(x - size.width / 2), y: snap(y - size.height / 2) });
  }
  return boxes;
}

/** Moves all boxes so that their upper left corner is at a point. */
function moveTo(boxes: Map<string, Box>, x: number, y: number): void {
  const left = Math.min(...[...boxes.values()].map((box) => box.x));
  const top = Math.min(...[...boxes.values()].map((box) => box.y));
  for (const box of boxes.values()) {
    box.x = snap(box.x - left + x);
    box.y = snap(box.y - top + y);
  }
}

type Tidied = { places: Map<string, Place>; boxes: Map<string, Box> };

function tidyGraph(
  graph: Graph,
  world: World,
  layout: Layout,
  corner: { x: number; y: number },
): Tidied {
  const places = new Map<string, Place>();
  const sizes = new Map<string, Size>();
  for (const node of graph.nodes) {
    const head = shapeOf(factsOf(node, world.findings, world.catalogue)).height;
    if (!node.body || layout.nodes[node.id]?.folded) {
      sizes.set(node.id, { width: CARD_WIDTH, height: head });
    } else {
      const inside = tidyGraph(node.body, world, layout, {
        x: SCOPE_PADDING,
        y: head + SCOPE_PADDING / 2 + (hasLanes(node.body) ? LANE_ROOM : 0),
      });
      for (const [id, place] of inside.places) places.set(id, place);
      sizes.set(node.id, scopeSize(head, [...inside.boxes.values()]));
    }
  }
  const boxes = layOut(graph, sizes);
  if (boxes.size > 0) moveTo(boxes, corner.x, corner.y);
  for (const [id, { x, y }] of boxes) {
    places.set(id, { x, y, ...(layout.nodes[id]?.folded ? { folded: true } : {}) });
  }
  return { places, boxes };
}

/** New places for the whole flow, or for those nodes of one graph that are named. */
export function tidy(
  world: World,
  layout: Layout,
  graph: Graph = world.flow,
  only: ReadonlySet<string> | null = null,
): [string, Place][] {
  if (only === null) return [...tidyGraph(graph, world, layout, { x: 0, y: 0 }).places];
  const nodes = graph.nodes.filter((node) => only.has(node.id));
  const old = nodes.map((node) => layout.nodes[node.id] ?? { x: 0, y: 0 });
  const corner = {
    x: Math.min(...old.map((place) => place.x)),
    y: Math.min(...old.map((place) => place.y)),
  };
  return [...tidyGraph({ nodes, wires: graph.wires }, world, layout, corner).places];
}

/** The layout with a place for every node: what lies nowhere yet is laid out tidily. */
export function complete(world: World, layout: Layout): Layout {
  const placed = tidyMissing(world, layout, world.flow);
  return placed.length === 0
    ? layout
    : { ...layout, nodes: { ...layout.nodes, ...Object.fromEntries(placed) } };
}

function tidyMissing(world: World, layout: Layout, graph: Graph): [string, Place][] {
  const missing = graph.nodes.filter((node) => !layout.nodes[node.id]);
  if (missing.length > 0 && missing.length === graph.nodes.length && graph === world.flow) {
    return tidy(world, layout);
  }
  const inner = graph.nodes.flatMap((node) =>
    node.body ? tidyMissing(world, layout, node.body) : [],
  );
  if (missing.length === 0) return inner;
  const bottom = Math.max(
    0,
    ...graph.nodes.flatMap((node) => {
      const place = layout.nodes[node.id];
      return place ? [place.y + 120] : [];
    }),
  );
  const scope = graph === world.flow ? 0 : SCOPE_PADDING;
  const top = graph === world.flow ? bottom : Math.max(bottom, 72);
  const made = tidyGraph({ nodes: missing, wires: graph.wires }, world, layout, {
    x: scope,
    y: top,
  });
  return [...inner, ...made.places];
}
