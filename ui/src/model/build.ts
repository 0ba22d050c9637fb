import type { Edit } from "../bindings/Edit";
import type { Layout } from "../bindings/Layout";
import type { NewWire } from "../bindings/NewWire";
import type { NodeInfo } from "../bindings/NodeInfo";
import type { NodeSpec } from "../bindings/NodeSpec";
import type { Place } from "../bindings/Place";
import type { Wire } from "../bindings/Wire";
import { factsOf, typeInfo } from "./facts";
import { findNode, findWire, freshId, graphOf, nodeIds, parsePort, walk, writePort } from "./flow";
import { CARD_WIDTH, shapeOf, snap } from "./geometry";
import {
  type End,
  endsOf,
  fits,
  fittingPort,
  portsOf,
  type World,
  wireBetween,
  wiresAt,
} from "./ports";
import type { Selection } from "./selection";

const GAP = 88;

/** An edit that puts nodes in, and the ids they get. */
export type Build = { edit: Edit; ids: string[] };

/** Where a new node goes and what it is joined to. */
export type Spot = {
  at: { x: number; y: number };
  scope: string | null;
  /** The port at the other end of the new wire, and which side of the new node it goes to. */
  join?: { end: End; side: "input" | "output" };
};

function newNode(info: NodeInfo, id: string): NodeSpec {
  const params: Record<string, unknown> = {};
  for (const field of info.fields) {
    if (field.required && field.default !== undefined) params[field.key] = field.default;
  }
  return {
    id,
    type: info.type,
    ...(Object.keys(params).length > 0 ? { params } : {}),
    ...(info.consumes === "scope" ? { body: { nodes: [], wires: [] } } : {}),
  };
}

function inScope(scope: string | null): { scope?: string } {
  return scope === null ? {} : { scope };
}

/** Puts a node of that type in, joined as the spot says where its ports fit. */
export function addNode(world: World, info: NodeInfo, spot: Spot): Build {
  const id = freshId(info.type, nodeIds(world.flow));
  const place: Place = { x: snap(spot.at.x), y: snap(spot.at.y) };
  const wire = spot.join ? joinWire(world, info, id, spot.join) : null;
  return {
    ids: [id],
    edit: {
      type: "add",
      nodes: [{ node: newNode(info, id), place, ...inScope(spot.scope) }],
      wires: wire ? [{ wire, ...inScope(spot.scope) }] : [],
    },
  };
}

function joinWire(
  world: World,
  info: NodeInfo,
  id: string,
  join: NonNullable<Spot["join"]>,
): Wire | null {
  const { end, side } = join;
  const other = portsOf(world, end.node, side === "input" ? "outputs" : "inputs");
  const carries = other.find((port) => port.name === end.port)?.carries;
  const port = carries ? fittingPort(info, side, carries) : null;
  if (!port) return null;
  if (side === "input") {
    return {
      from: writePort(end.node, end.port, other[0]?.name),
      to: writePort(id, port.name, info.inputs[0]?.name),
    };
  }
  return {
    from: writePort(id, port.name, info.outputs[0]?.name),
    to: writePort(end.node, end.port, other[0]?.name),
  };
}

/** Whether a node of that type can be put into a wire. */
export function canSplice(world: World, info: NodeInfo, wire: Wire): boolean {
  return spliceWires(world, info, "new", wire) !== null;
}

function spliceWires(world: World, info: NodeInfo, id: string, wire: Wire): [Wire, Wire] | null {
  const { from, to } = endsOf(wire, world);
  const output = portsOf(world, from.node, "outputs").find((port) => port.name === from.port);
  const input = portsOf(world, to.node, "inputs").find((port) => port.name === to.port);
  if (!output || !input) return null;
  const entry = fittingPort(info, "input", output.carries);
  const exit = info.outputs.find(
    (port) => port.name !== "error" && fits(port.carries, input.carries),
  );
  if (!entry || !exit) return null;
  const order = wire.order === undefined ? {} : { order: wire.order };
  return [
    { from: wire.from, to: writePort(id, entry.name, info.inputs[0]?.name), ...order },
    { from: writePort(id, exit.name, info.outputs[0]?.name), to: wire.to },
  ];
}

/** Puts a new node into a wire; both ends stay connected. Null where its ports do not fit. */
export function spliceNode(
  world: World,
  info: NodeInfo,
  wire: string,
  at: { x: number; y: number },
): Build | null {
  const found = findWire(world.flow, wire);
  const id = freshId(info.type, nodeIds(world.flow));
  const wires = found && spliceWires(world, info, id, found.wire);
  if (!found || !wires) return null;
  return {
    ids: [id],
    edit: {
      type: "all",
      edits: [
        { type: "remove", nodes: [], wires: [found.wire] },
        {
          type: "add",
          nodes: [
            {
              node: newNode(info, id),
              place: { x: snap(at.x), y: snap(at.y) },
              ...inScope(found.scope),
            },
          ],
          wires: [
            // The first new wire takes the old one's place, so that the order of a fan-out stays.
            { wire: wires[0], index: found.index, ...inScope(found.scope) },
            { wire: wires[1], ...inScope(found.scope) },
          ],
        },
      ],
    },
  };
}

/** Puts a node that is there already, with no wires yet, into a wire of the same scope. */
export function spliceExisting(world: World, node: string, wire: string): Edit | null {
  const found = findWire(world.flow, wire);
  const target = findNode(world.flow, node);
  if (!found || !target || found.scope !== target.scope) return null;
  const graph = graphOf(world.flow, target.scope);
  if (!graph || wiresAt(graph, node, "in").length + wiresAt(graph, node, "out").length > 0)
    return null;
  const info = typeInfo(world.catalogue, target.node.type);
  const wires = info && spliceWires(world, info, node, found.wire);
  if (!wires) return null;
  return {
    type: "all",
    edits: [
      { type: "remove", nodes: [], wires: [found.wire] },
      {
        type: "add",
        nodes: [],
        wires: [
          { wire: wires[0], index: found.index, ...inScope(found.scope) },
          { wire: wires[1], ...inScope(found.scope) },
        ],
      },
    ],
  };
}

/** The place nearest below a point where a card covers no other node of that scope. */
export function freeSpot(
  world: World,
  layout: Layout,
  scope: string | null,
  at: { x: number; y: number },
): { x: number; y: number } {
  const boxes = (graphOf(world.flow, scope)?.nodes ?? []).flatMap((node) => {
    const place = layout.nodes[node.id];
    const { height } = shapeOf(factsOf(node, world.findings, world.catalogue));
    return place ? [{ ...place, height }] : [];
  });
  let y = snap(at.y);
  const isTaken = () =>
    boxes.some(
      (box) =>
        Math.abs(box.x - at.x) < CARD_WIDTH + 16 && y < box.y + box.height + 16 && box.y < y + 72,
    );
  while (isTaken()) y += 24;
  return { x: snap(at.x), y };
}

/** Where a node goes that is joined to another one: to its right, below what lies there already. */
export function placeAfter(world: World, layout: Layout, after: string): { x: number; y: number } {
  const found = findNode(world.flow, after);
  const place = layout.nodes[after];
  if (!found || !place) return { x: 0, y: 0 };
  const x = place.x + (place.width ?? CARD_WIDTH) + GAP;
  return freeSpot(world, layout, found.scope, { x, y: place.y });
}

/** Where a wire from a node would leave by default: its first output that carries items. */
export function mainOutput(world: World, node: string): End | null {
  const port = portsOf(world, node, "outputs").find((each) => each.carries === "items");
  return port ? { node, port: port.name } : null;
}

/** Joins two ports. */
export function connect(world: World, from: End, to: End): Edit {
  const scope = findNode(world.flow, from.node)?.scope ?? null;
  return {
    type: "add",
    nodes: [],
    wires: [{ wire: wireBetween(world, from, to), ...inScope(scope) }],
  };
}

/** Leads a wire elsewhere; it keeps its place among the others. */
export function reconnect(world: World, wire: string, from: End, to: End): Edit | null {
  const found = findWire(world.flow, wire);
  if (!found) return null;
  const next: NewWire = {
    wire: wireBetween(world, from, to),
    index: found.index,
    ...inScope(found.scope),
  };
  return {
    type: "all",
    edits: [
      { type: "remove", nodes: [], wires: [found.wire] },
      { type: "add", nodes: [], wires: [next] },
    ],
  };
}

/** Takes out what is selected. */
export function removeSelected(world: World, selection: Selection): Edit {
  const inside = new Set(
    selection.nodes.flatMap((id) => {
      const body = findNode(world.flow, id)?.node.body;
      return body ? [...walk(body)].map((found) => found.node.id) : [];
    }),
  );
  return {
    type: "remove",
    nodes: selection.nodes.filter((id) => !inside.has(id)),
    wires: selection.wires.flatMap((id) => findWire(world.flow, id)?.wire ?? []),
  };
}

/** Moves nodes of one graph into a scope, with the wires between them; wires to others are cut. */
export function moveInto(
  world: World,
  layout: Layout,
  places: readonly [string, Place][],
  scope: string,
): Edit | null {
  const first = places[0] && findNode(world.flow, places[0][0]);
  const graph = first && graphOf(world.flow, first.scope);
  const target = findNode(world.flow, scope);
  if (!first || !graph || !target || first.scope === scope) return null;
  const at = new Map(places);
  const nodes = graph.nodes.filter((node) => at.has(node.id));
  const isInside = nodes.some((node) =>
    [...walk({ nodes: [node], wires: [] })].some((each) => each.node.id === scope),
  );
  if (isInside) return null;
  const wires = graph.wires.filter(
    (wire) => at.has(parsePort(wire.from).node) && at.has(parsePort(wire.to).node),
  );
  const inner = nodes.flatMap((node) =>
    [...(node.body ? walk(node.body) : [])].flatMap((each): [string, Place][] => {
      const place = layout.nodes[each.node.id];
      return place ? [[each.node.id, place]] : [];
    }),
  );
  return {
    type: "all",
    edits: [
      { type: "remove", nodes: nodes.map((node) => node.id), wires: [] },
      {
        type: "add",
        nodes: nodes.map((node) => ({ node, scope, place: at.get(node.id) ?? { x: 24, y: 72 } })),
        wires: wires.map((wire) => ({ wire, scope })),
      },
      { type: "place", places: inner },
    ],
  };
}

/** Takes a node out and joins what led into it with what its main output led to. */
export function heal(world: World, id: string): Edit | null {
  const found = findNode(world.flow, id);
  const graph = found && graphOf(world.flow, found.scope);
  if (!found || !graph) return null;
  const first = portsOf(world, id, "outputs")[0]?.name;
  const into = wiresAt(graph, id, "in");
  const out = wiresAt(graph, id, "out").filter(
    (wire) => (parsePort(wire.from).port ?? first) === first,
  );
  if (into.length === 0 || out.length === 0) return null;
  const known = new Set(graph.wires.map((wire) => `${wire.from}>${wire.to}`));
  const wires: NewWire[] = into
    .flatMap((a) => out.map((b): Wire => ({ from: a.from, to: b.to })))
    .filter((wire) => !known.has(`${wire.from}>${wire.to}`))
    .map((wire) => ({ wire, ...inScope(found.scope) }));
  return {
    type: "all",
    edits: [
      { type: "remove", nodes: [id], wires: [] },
      { type: "add", nodes: [], wires },
    ],
  };
}
