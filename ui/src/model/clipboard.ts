import type { Layout } from "../bindings/Layout";
import type { NodeSpec } from "../bindings/NodeSpec";
import type { Place } from "../bindings/Place";
import type { Wire } from "../bindings/Wire";
import type { Build } from "./build";
import { findNode, freshId, graphOf, nodeIds, parsePort, touches, walk } from "./flow";
import { snap } from "./geometry";
import type { World } from "./ports";

/** Nodes as text: what a flow file holds of them, and where they lay. */
type Clip = { gantry: number; nodes: NodeSpec[]; wires: Wire[]; layout: Layout };

const VERSION = 1;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNode(value: unknown): value is NodeSpec {
  if (!isObject(value) || typeof value.id !== "string" || typeof value.type !== "string")
    return false;
  const { body } = value;
  return (
    body === undefined || (isObject(body) && Array.isArray(body.nodes) && body.nodes.every(isNode))
  );
}

function isWire(value: unknown): value is Wire {
  return isObject(value) && typeof value.from === "string" && typeof value.to === "string";
}

function isPlace(value: unknown): value is Place {
  return isObject(value) && typeof value.x === "number" && typeof value.y === "number";
}

/** The selected nodes of one scope with the wires between them, as text. Null for no nodes. */
export function copyText(world: World, layout: Layout, ids: readonly string[]): string | null {
  const first = ids[0] === undefined ? null : findNode(world.flow, ids[0]);
  if (!first) return null;
  const graph = graphOf(world.flow, first.scope);
  if (!graph) return null;
  const picked = new Set(ids);
  const nodes = graph.nodes.filter((node) => picked.has(node.id));
  const inside = new Set(nodes.map((node) => node.id));
  const places: Layout["nodes"] = {};
  for (const { node } of walk({ nodes, wires: [] })) {
    const place = layout.nodes[node.id];
    if (place) places[node.id] = place;
  }
  const clip: Clip = {
    gantry: VERSION,
    nodes,
    wires: graph.wires.filter(
      (wire) => inside.has(parsePort(wire.from).node) && inside.has(parsePort(wire.to).node),
    ),
    layout: { nodes: places },
  };
  return JSON.stringify(clip, null, 2);
}

/** Reads nodes out of a text; null when it holds none. A whole flow file is taken too. */
export function readClip(text: string): Clip | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value) || !Array.isArray(value.nodes) || value.nodes.length === 0) return null;
  if (!value.nodes.every(isNode)) return null;
  const places: Layout["nodes"] = {};
  const kept = isObject(value.layout) && isObject(value.layout.nodes) ? value.layout.nodes : {};
  for (const [id, place] of Object.entries(kept)) if (isPlace(place)) places[id] = place;
  return {
    gantry: VERSION,
    nodes: value.nodes,
    wires: Array.isArray(value.wires) ? value.wires.filter(isWire) : [],
    layout: { nodes: places },
  };
}

/** Puts copied nodes in under new ids, their upper left corner at a point or moved a little. */
export function paste(
  world: World,
  clip: Clip,
  scope: string | null,
  corner: { x: number; y: number } | null,
): Build {
  const taken = nodeIds(world.flow);
  const renamed = new Map<string, string>();
  for (const { node } of walk(clip)) {
    // A copy is numbered like a further node of its name: `orders-2`, not `orders-2-2`.
    const id = freshId(node.id.replace(/-\d+$/, ""), taken);
    taken.add(id);
    renamed.set(node.id, id);
  }
  const rename = (port: string) => {
    const ref = parsePort(port);
    const node = renamed.get(ref.node) ?? ref.node;
    return ref.port === null ? node : `${node}.${ref.port}`;
  };
  const copy = (node: NodeSpec): NodeSpec => ({
    ...node,
    id: renamed.get(node.id) ?? node.id,
    ...(node.body
      ? { body: { nodes: node.body.nodes.map(copy), wires: node.body.wires.map(wire) } }
      : {}),
  });
  const wire = (each: Wire): Wire => ({ ...each, from: rename(each.from), to: rename(each.to) });
  const places = clip.nodes.map(
    (node, n) => clip.layout.nodes[node.id] ?? { x: n * 24, y: n * 24 },
  );
  const left = Math.min(...places.map((place) => place.x));
  const top = Math.min(...places.map((place) => place.y));
  const by = corner ? { x: corner.x - left, y: corner.y - top } : { x: 32, y: 32 };
  const inner: [string, Place][] = [];
  for (const node of clip.nodes) {
    for (const found of node.body ? walk(node.body) : []) {
      const place = clip.layout.nodes[found.node.id];
      const id = renamed.get(found.node.id);
      if (place && id) inner.push([id, place]);
    }
  }
  const inScope = scope === null ? {} : { scope };
  const ids = clip.nodes.map((node) => renamed.get(node.id) ?? node.id);
  const add = {
    type: "add" as const,
    nodes: clip.nodes.map((node, n) => {
      const place = places[n] ?? { x: 0, y: 0 };
      return {
        node: copy(node),
        place: { ...place, x: snap(place.x + by.x), y: snap(place.y + by.y) },
        ...inScope,
      };
    }),
    wires: clip.wires
      .filter((each) => [...renamed.keys()].some((id) => touches(each, id)))
      .map((each) => ({ wire: wire(each), ...inScope })),
  };
  return {
    ids,
    edit:
      inner.length === 0 ? add : { type: "all", edits: [add, { type: "place", places: inner }] },
  };
}
