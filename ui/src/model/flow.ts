import type { Body } from "../bindings/Body";
import type { FlowFile } from "../bindings/FlowFile";
import type { NodeSpec } from "../bindings/NodeSpec";
import type { Wire } from "../bindings/Wire";

/** One list of nodes with the wires between them: the flow's own, or the inside of a scope. */
export type Graph = Body;

/** A node, the scope it lies in, and where in that scope's list. */
export type Found = { node: NodeSpec; scope: string | null; index: number };

/** A port in a wire: the node, and the port where the wire names one. */
export type PortRef = { node: string; port: string | null };

/** Reads `node` or `node.port`. */
export function parsePort(text: string): PortRef {
  const dot = text.indexOf(".");
  if (dot < 0) return { node: text, port: null };
  return { node: text.slice(0, dot), port: text.slice(dot + 1) };
}

/** Writes a port as the file does: the first port of a node goes without its name. */
export function writePort(node: string, port: string, first: string | undefined): string {
  return port === first ? node : `${node}.${port}`;
}

/** The wire's id: its ends as the file writes them. */
export function wireId(wire: Wire): string {
  return `${wire.from}>${wire.to}`;
}

/** Whether one of the wire's ends is at the node. */
export function touches(wire: Wire, node: string): boolean {
  return parsePort(wire.from).node === node || parsePort(wire.to).node === node;
}

/** Every node of the graph with its scope, those inside scopes after the scope itself. */
export function* walk(graph: Graph, scope: string | null = null): Generator<Found> {
  for (const [index, node] of graph.nodes.entries()) {
    yield { node, scope, index };
    if (node.body) yield* walk(node.body, node.id);
  }
}

/** The node of that id, wherever it lies. */
export function findNode(flow: Graph, id: string): Found | null {
  for (const found of walk(flow)) if (found.node.id === id) return found;
  return null;
}

/** The graph inside that scope; the flow's own for null. */
export function graphOf(flow: Graph, scope: string | null): Graph | null {
  if (scope === null) return flow;
  return findNode(flow, scope)?.node.body ?? null;
}

/** The scope that a wire lies in and its place there; null where there is no such wire. */
export function findWire(
  flow: Graph,
  id: string,
): { wire: Wire; scope: string | null; index: number } | null {
  const own = flow.wires.findIndex((wire) => wireId(wire) === id);
  const wire = flow.wires[own];
  if (wire) return { wire, scope: null, index: own };
  for (const { node } of walk(flow)) {
    const index = node.body?.wires.findIndex((each) => wireId(each) === id) ?? -1;
    const inner = node.body?.wires[index];
    if (inner) return { wire: inner, scope: node.id, index };
  }
  return null;
}

/** All ids of a flow's nodes. */
export function nodeIds(flow: Graph): Set<string> {
  return new Set([...walk(flow)].map((found) => found.node.id));
}

/** A free id made from a type's name: `http.request` gives `http-request`, then `http-request-2`. */
export function freshId(type: string, taken: ReadonlySet<string>): string {
  const base =
    type
      .replace(/[^a-zA-Z0-9]+/g, "-")
      .replace(/^-|-$/g, "")
      .toLowerCase() || "node";
  if (!taken.has(base)) return base;
  for (let n = 2; ; n += 1) if (!taken.has(`${base}-${n}`)) return `${base}-${n}`;
}

/** Gives the graph with one scope's list changed; everything else keeps its identity. */
export function updateGraph<G extends Graph>(
  graph: G,
  scope: string | null,
  change: (inside: Graph) => Graph,
): G {
  if (scope === null) return { ...graph, ...change(graph) };
  return {
    ...graph,
    nodes: updateNodes(graph.nodes, scope, (node) => ({
      ...node,
      body: change(node.body ?? { nodes: [], wires: [] }),
    })),
  };
}

/** Gives the nodes with that one changed, wherever it lies; the others keep their identity. */
export function updateNodes(
  nodes: NodeSpec[],
  id: string,
  change: (node: NodeSpec) => NodeSpec,
): NodeSpec[] {
  let changed = false;
  const next = nodes.map((node) => {
    if (node.id === id) {
      changed = true;
      return change(node);
    }
    if (!node.body) return node;
    const inside = updateNodes(node.body.nodes, id, change);
    if (inside === node.body.nodes) return node;
    changed = true;
    return { ...node, body: { ...node.body, nodes: inside } };
  });
  return changed ? next : nodes;
}

/** A flow without anything in it. */
export function emptyFlow(id: string, name: string): FlowFile {
  return {
    $schema: null,
    gantry: 1,
    id,
    name,
    about: "",
    vars: {},
    nodes: [],
    wires: [],
    tests: [],
  };
}
