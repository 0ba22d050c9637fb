import type { Edit } from "../bindings/Edit";
import type { FlowFile } from "../bindings/FlowFile";
import type { Layout } from "../bindings/Layout";
import type { NewNode } from "../bindings/NewNode";
import type { NewWire } from "../bindings/NewWire";
import type { Place } from "../bindings/Place";
import type { Wire } from "../bindings/Wire";
import {
  findNode,
  type Graph,
  parsePort,
  touches,
  updateGraph,
  updateNodes,
  walk,
  wireId,
} from "./flow";
import { getAt, setAt } from "./pointer";

/** What edits change: the flow and where its nodes lie. */
export type Drawing = { flow: FlowFile; layout: Layout };

/** A changed drawing, and the edit that takes the change back exactly. */
export type Edited = { drawing: Drawing; inverse: Edit };

/** An edit that does not fit the flow, as when its node is gone. */
export class EditError extends Error {}

function insertAt<Item>(list: Item[], item: Item, index: number | undefined): Item[] {
  const at = Math.min(index ?? list.length, list.length);
  return [...list.slice(0, at), item, ...list.slice(at)];
}

function setPlace(layout: Layout, node: string, place: Place | null): Layout {
  const nodes = { ...layout.nodes };
  if (place === null) delete nodes[node];
  else nodes[node] = place;
  return { ...layout, nodes };
}

function addNode({ flow, layout }: Drawing, added: NewNode): Drawing {
  const scope = added.scope ?? null;
  if (findNode(flow, added.node.id))
    throw new EditError(`there is a node ${added.node.id} already`);
  if (scope !== null && !findNode(flow, scope)) throw new EditError(`there is no scope ${scope}`);
  return {
    flow: updateGraph(flow, scope, (graph) => ({
      ...graph,
      nodes: insertAt(graph.nodes, added.node, added.index),
    })),
    layout: added.place ? setPlace(layout, added.node.id, added.place) : layout,
  };
}

function addWire({ flow, layout }: Drawing, added: NewWire): Drawing {
  return {
    flow: updateGraph(flow, added.scope ?? null, (graph) => ({
      ...graph,
      wires: insertAt(graph.wires, added.wire, added.index),
    })),
    layout,
  };
}

function add(drawing: Drawing, edit: Extract<Edit, { type: "add" }>): Edited {
  const withNodes = edit.nodes.reduce(addNode, drawing);
  return {
    drawing: edit.wires.reduce(addWire, withNodes),
    inverse: {
      type: "remove",
      nodes: edit.nodes.map((each) => each.node.id),
      wires: edit.wires.map((each) => each.wire),
    },
  };
}

/** Takes what matches out of each list, and tells with which indexes it goes back in. */
function takeWires(
  flow: FlowFile,
  matches: (wire: Wire) => boolean,
): { flow: FlowFile; taken: NewWire[] } {
  const taken: NewWire[] = [];
  const take = (graph: Graph, scope: string | null): Graph => {
    for (const [index, wire] of graph.wires.entries()) {
      if (matches(wire)) taken.push({ wire, index, ...(scope === null ? {} : { scope }) });
    }
    return { ...graph, wires: graph.wires.filter((wire) => !matches(wire)) };
  };
  const scopes = [...walk(flow)].filter(({ node }) => node.body?.wires.some(matches));
  let next = flow.wires.some(matches) ? updateGraph(flow, null, (g) => take(g, null)) : flow;
  for (const { node } of scopes) next = updateGraph(next, node.id, (g) => take(g, node.id));
  return { flow: next, taken };
}

function remove({ flow, layout }: Drawing, edit: Extract<Edit, { type: "remove" }>): Edited {
  const gone = new Set(edit.nodes);
  const goneWires = new Set(edit.wires.map(wireId));
  for (const id of gone) if (!findNode(flow, id)) throw new EditError(`there is no node ${id}`);
  // A scope takes what lies in it along, so nodes inside a scope that goes are not taken one by one.
  const inside = new Set<string>();
  for (const { node } of walk(flow)) {
    if (!gone.has(node.id) || !node.body) continue;
    for (const inner of walk(node.body)) inside.add(inner.node.id);
  }
  const outer = [...walk(flow)].filter(({ node }) => gone.has(node.id) && !inside.has(node.id));
  const innerWires = new Set<Wire>();
  for (const { node } of outer) {
    if (!node.body) continue;
    for (const wire of node.body.wires) innerWires.add(wire);
    for (const each of walk(node.body)) {
      for (const wire of each.node.body?.wires ?? []) innerWires.add(wire);
    }
  }
  const matches = (wire: Wire) =>
    !innerWires.has(wire) &&
    (goneWires.has(wireId(wire)) || [...gone].some((id) => !inside.has(id) && touches(wire, id)));
  const cut = takeWires(flow, matches);
  const nodes: NewNode[] = [];
  const places: [string, Place | null][] = [];
  let next = cut.flow;
  let nextLayout = layout;
  for (const { node, scope, index } of outer) {
    const place = layout.nodes[node.id];
    nodes.push({
      node,
      index,
      ...(scope === null ? {} : { scope }),
      ...(place ? { place } : {}),
    });
    next = updateGraph(next, scope, (graph) => ({
      ...graph,
      nodes: graph.nodes.filter((each) => each.id !== node.id),
    }));
    nextLayout = setPlace(nextLayout, node.id, null);
    for (const inner of node.body ? walk(node.body) : []) {
      const innerPlace = layout.nodes[inner.node.id];
      if (!innerPlace) continue;
      places.push([inner.node.id, innerPlace]);
      nextLayout = setPlace(nextLayout, inner.node.id, null);
    }
  }
  const back: Edit = { type: "add", nodes, wires: cut.taken };
  return {
    drawing: { flow: next, layout: nextLayout },
    inverse: places.length === 0 ? back : { type: "all", edits: [back, { type: "place", places }] },
  };
}

function setNode({ flow, layout }: Drawing, edit: Extract<Edit, { type: "set_node" }>): Edited {
  const found = findNode(flow, edit.node);
  if (!found) throw new EditError(`there is no node ${edit.node}`);
  return {
    drawing: {
      flow: {
        ...flow,
        nodes: updateNodes(flow.nodes, edit.node, (node) => setAt(node, edit.key, edit.value)),
      },
      layout,
    },
    inverse: inverseSet(found.node, edit.key, (key, value) => ({
      type: "set_node",
      node: edit.node,
      key,
      ...(value === undefined ? {} : { value }),
    })),
  };
}

/** Undoing a set that made objects on the way takes away the topmost one it made. */
function inverseSet(root: object, key: string, make: (key: string, value: unknown) => Edit): Edit {
  const parts = key.split("/");
  for (let n = 2; n < parts.length; n += 1) {
    const parent = parts.slice(0, n).join("/");
    if (getAt(root, parent) === undefined) return make(parent, undefined);
  }
  return make(key, getAt(root, key));
}

function setFlow({ flow, layout }: Drawing, edit: Extract<Edit, { type: "set_flow" }>): Edited {
  return {
    drawing: { flow: setAt(flow, edit.key, edit.value), layout },
    inverse: inverseSet(flow, edit.key, (key, value) => ({
      type: "set_flow",
      key,
      ...(value === undefined ? {} : { value }),
    })),
  };
}

function renamePort(port: string, from: string, to: string): string {
  const ref = parsePort(port);
  if (ref.node !== from) return port;
  return ref.port === null ? to : `${to}.${ref.port}`;
}

function rename({ flow, layout }: Drawing, from: string, to: string): Edited {
  const found = findNode(flow, from);
  if (!found) throw new EditError(`there is no node ${from}`);
  if (from !== to && findNode(flow, to)) throw new EditError(`there is a node ${to} already`);
  const renamed = {
    ...flow,
    nodes: updateNodes(flow.nodes, from, (node) => ({ ...node, id: to })),
  };
  const wired = updateGraph(renamed, found.scope, (graph) => ({
    ...graph,
    wires: graph.wires.map((wire) =>
      touches(wire, from)
        ? { ...wire, from: renamePort(wire.from, from, to), to: renamePort(wire.to, from, to) }
        : wire,
    ),
  }));
  const place = layout.nodes[from];
  return {
    drawing: {
      flow: wired,
      layout: place ? setPlace(setPlace(layout, from, null), to, place) : layout,
    },
    inverse: { type: "rename_node", from: to, to: from },
  };
}

function place({ flow, layout }: Drawing, edit: Extract<Edit, { type: "place" }>): Edited {
  return {
    drawing: {
      flow,
      layout: edit.places.reduce((now, [node, to]) => setPlace(now, node, to), layout),
    },
    inverse: {
      type: "place",
      places: edit.places.map(
        ([node]) => [node, layout.nodes[node] ?? null] as [string, Place | null],
      ),
    },
  };
}

function all(drawing: Drawing, edits: Edit[]): Edited {
  const inverses: Edit[] = [];
  let now = drawing;
  for (const edit of edits) {
    const step = applyEdit(now, edit);
    now = step.drawing;
    inverses.unshift(step.inverse);
  }
  return { drawing: now, inverse: { type: "all", edits: inverses } };
}

/** Makes a change, and tells how to take it back. Throws `EditError` where it does not fit. */
export function applyEdit(drawing: Drawing, edit: Edit): Edited {
  switch (edit.type) {
    case "add":
      return add(drawing, edit);
    case "remove":
      return remove(drawing, edit);
    case "set_node":
      return setNode(drawing, edit);
    case "rename_node":
      return rename(drawing, edit.from, edit.to);
    case "set_flow":
      return setFlow(drawing, edit);
    case "place":
      return place(drawing, edit);
    case "all":
      return all(drawing, edit.edits);
    default: {
      const never: never = edit;
      throw new EditError(`unknown edit ${JSON.stringify(never)}`);
    }
  }
}
