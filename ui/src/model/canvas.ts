import { type Edge, type Node, type NodeHandle, Position } from "@xyflow/react";
import type { Diagnostic } from "../bindings/Diagnostic";
import type { Findings } from "../bindings/Findings";
import type { FlowFile } from "../bindings/FlowFile";
import type { Layout } from "../bindings/Layout";
import type { NodeFacts } from "../bindings/NodeFacts";
import type { NodeInfo } from "../bindings/NodeInfo";
import type { NodeSpec } from "../bindings/NodeSpec";
import type { Wire } from "../bindings/Wire";
import { factsOf, typeInfo } from "./facts";
import { type Graph, parsePort, walk, wireId } from "./flow";
import { CARD_WIDTH, PORT_SIZE, type Size, scopeSize, shapeOf } from "./geometry";
import { homesOf } from "./homes";
import { type Lane, lanesOf } from "./lanes";
import type { Selection } from "./selection";

/** What a card on the canvas is drawn from. */
export type CardData = {
  spec: NodeSpec;
  facts: NodeFacts;
  info: NodeInfo | undefined;
  diagnostics: Diagnostic[];
  /** How many nodes lie inside; null for a node that is no scope. */
  inside: number | null;
  folded: boolean;
  disabled: boolean;
  /** The branches inside, where a scope that is open has several. */
  lanes: readonly Lane[];
};

/** What a wire on the canvas is drawn from. */
export type WireData = {
  wire: Wire;
  scope: string | null;
  errors: boolean;
  /** Its number among the wires of one output; null where it is the only one. */
  order: number | null;
  label: string;
};

/** A node as xyflow takes it. */
export type CanvasNode = Node<CardData, "card" | "scope">;
/** A wire as xyflow takes it. */
export type CanvasEdge = Edge<WireData, "wire">;

/** Positions that a drag under way gives to nodes, before they are stored. */
export type Dragging = ReadonlyMap<string, { x: number; y: number }>;

/** No drag. */
export const NOT_DRAGGING: Dragging = new Map();

/** What the canvas is drawn from. */
export type Scene = {
  flow: FlowFile;
  layout: Layout;
  findings: Findings;
  catalogue: NodeInfo[];
  selection: Selection;
  dragging: Dragging;
};

const NO_DIAGNOSTICS: Diagnostic[] = [];
const byNode = new WeakMap<Findings, Map<string, Diagnostic[]>>();

/** What is wrong with each node, worst first. */
export function diagnosticsByNode(findings: Findings): Map<string, Diagnostic[]> {
  const known = byNode.get(findings);
  if (known) return known;
  const index = new Map<string, Diagnostic[]>();
  const rank = { error: 0, warning: 1, info: 2 };
  const sorted = [...findings.diagnostics].sort((a, b) => rank[a.severity] - rank[b.severity]);
  for (const each of sorted) {
    if (each.at.node === undefined) continue;
    const list = index.get(each.at.node);
    if (list) list.push(each);
    else index.set(each.at.node, [each]);
  }
  byNode.set(findings, index);
  return index;
}

function handlesOf(facts: NodeFacts, width: number): NodeHandle[] {
  const shape = shapeOf(facts);
  const half = PORT_SIZE / 2;
  const size = { width: PORT_SIZE, height: PORT_SIZE };
  const inputs = shape.inputs.map(
    ({ port, y }): NodeHandle => ({
      id: port.name,
      type: "target",
      position: Position.Left,
      x: -half,
      y: y - half,
      ...size,
    }),
  );
  const outputs = shape.outputs.map(
    ({ port, y }): NodeHandle => ({
      id: port.name,
      type: "source",
      position: Position.Right,
      x: width - half,
      y: y - half,
      ...size,
    }),
  );
  return [...inputs, ...outputs];
}

type Sized = {
  node: NodeSpec;
  facts: NodeFacts;
  position: { x: number; y: number };
  lanes: readonly Lane[];
} & Size;

const NO_LANES: readonly Lane[] = [];

function isSameLanes(a: readonly Lane[], b: readonly Lane[]): boolean {
  return a === b || (a.length === b.length && JSON.stringify(a) === JSON.stringify(b));
}

function isSame(a: CanvasNode, b: CanvasNode): boolean {
  return (
    a.data.spec === b.data.spec &&
    a.data.info === b.data.info &&
    a.data.diagnostics === b.data.diagnostics &&
    a.data.folded === b.data.folded &&
    isSameLanes(a.data.lanes, b.data.lanes) &&
    isSameFacts(a.data.facts, b.data.facts) &&
    a.selected === b.selected &&
    a.parentId === b.parentId &&
    a.position.x === b.position.x &&
    a.position.y === b.position.y &&
    a.width === b.width &&
    a.height === b.height
  );
}

function isSameFacts(a: NodeFacts, b: NodeFacts): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function isSameDiagnostics(a: Diagnostic[], b: Diagnostic[]): boolean {
  return a === b || (a.length === b.length && JSON.stringify(a) === JSON.stringify(b));
}

/**
 * What stands on a branch: the node that begins what only such a scope has (catch, finally), the
 * scope's own name for the rest of it, and a number where branches are alike.
 */
function laneLabel(
  { catalogue }: Pick<Scene, "catalogue">,
  scope: NodeSpec,
  branch: readonly NodeSpec[],
  titleOf: (id: string) => string,
  n: number,
): string {
  const isOfScope = ({ type }: NodeSpec) => {
    const info = typeInfo(catalogue, type);
    return info?.inputs.length === 0 && homesOf(info).includes(scope.type);
  };
  const first = branch.find(isOfScope);
  if (first) return titleOf(first.id);
  const hasOwn = scope.body?.nodes.some(isOfScope) ?? false;
  return hasOwn ? (typeInfo(catalogue, scope.type)?.title ?? "") : String(n);
}

/**
 * Makes a function that turns a scene into xyflow's nodes. What did not change since its last call
 * keeps its identity, so that only what changed is drawn again.
 */
export function nodeMaker(): (scene: Scene) => CanvasNode[] {
  let before = new Map<string, CanvasNode>();
  return (scene) => {
    const made: CanvasNode[] = [];
    const selected = new Set(scene.selection.nodes);
    const diagnostics = diagnosticsByNode(scene.findings);
    const emit = (each: Sized, scope: string | null, headHeight: number) => {
      const { node, facts } = each;
      const folded = scene.layout.nodes[node.id]?.folded ?? false;
      const last = before.get(node.id);
      const found = diagnostics.get(node.id) ?? NO_DIAGNOSTICS;
      const kept = last && isSameDiagnostics(last.data.diagnostics, found);
      const next: CanvasNode = {
        id: node.id,
        type: node.body && !folded ? "scope" : "card",
        position: each.position,
        width: each.width,
        height: each.height,
        // Told rather than measured, so that nodes out of sight count when the view is fitted.
        measured: { width: each.width, height: each.height },
        handles: handlesOf(facts, each.width),
        selected: selected.has(node.id),
        ariaRole: "group",
        ariaLabel: `${facts.title}, ${typeInfo(scene.catalogue, node.type)?.title ?? node.type}`,
        data: {
          spec: node,
          facts,
          info: typeInfo(scene.catalogue, node.type),
          diagnostics: kept ? last.data.diagnostics : found,
          inside: node.body ? node.body.nodes.length : null,
          folded,
          disabled: node.disabled ?? false,
          lanes: each.lanes,
        },
        ...(scope === null
          ? {}
          : {
              parentId: scope,
              extent: [
                [12, headHeight + 8],
                [Infinity, Infinity],
              ],
            }),
      };
      made.push(last && isSame(last, next) ? last : next);
    };
    const lanesIn = (scope: NodeSpec, inside: readonly (Sized & { x: number; y: number })[]) => {
      if (!scope.body) return NO_LANES;
      const boxes = new Map(inside.map((each) => [each.node.id, each]));
      const titles = new Map(inside.map((each) => [each.node.id, each.facts.title]));
      return lanesOf(
        scope.body,
        (id) => boxes.get(id),
        (branch, n) => laneLabel(scene, scope, branch, (id) => titles.get(id) ?? id, n),
      );
    };
    const measure = (graph: Graph): Sized[] =>
      graph.nodes.map((node) => {
        const facts = factsOf(node, scene.findings, scene.catalogue);
        const place = scene.layout.nodes[node.id];
        const position = scene.dragging.get(node.id) ?? { x: place?.x ?? 0, y: place?.y ?? 0 };
        const head = shapeOf(facts).height;
        if (!node.body || place?.folded) {
          return { node, facts, position, width: CARD_WIDTH, height: head, lanes: NO_LANES };
        }
        const inside = measure(node.body).map((each) => ({ ...each.position, ...each }));
        const lanes = lanesIn(node, inside);
        return { node, facts, position, lanes, ...scopeSize(head, inside, place) };
      });
    const draw = (graph: Graph, scope: string | null, headHeight: number) => {
      for (const each of measure(graph)) {
        emit(each, scope, headHeight);
        const folded = scene.layout.nodes[each.node.id]?.folded;
        if (each.node.body && !folded)
          draw(each.node.body, each.node.id, shapeOf(each.facts).height);
      }
    };
    draw(scene.flow, null, 0);
    before = new Map(made.map((node) => [node.id, node]));
    return made;
  };
}

function ordersOf(graph: Graph): Map<Wire, number> {
  const groups = new Map<string, Wire[]>();
  for (const wire of graph.wires) {
    const group = groups.get(wire.from);
    if (group) group.push(wire);
    else groups.set(wire.from, [wire]);
  }
  const orders = new Map<Wire, number>();
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    const sorted = group
      .map((wire, index) => ({ wire, index }))
      .sort((a, b) => (a.wire.order ?? a.index) - (b.wire.order ?? b.index) || a.index - b.index);
    for (const [n, { wire }] of sorted.entries()) orders.set(wire, n + 1);
  }
  return orders;
}

type EdgeScene = Omit<Scene, "dragging">;

/** Makes a function that turns a scene into xyflow's edges; what did not change keeps its identity. */
export function edgeMaker(
  label: (from: string, to: string) => string,
): (scene: EdgeScene) => CanvasEdge[] {
  let before = new Map<string, CanvasEdge>();
  return (scene) => {
    const selected = new Set(scene.selection.wires);
    const facts = new Map<string, NodeFacts>();
    for (const { node } of walk(scene.flow)) {
      facts.set(node.id, factsOf(node, scene.findings, scene.catalogue));
    }
    const made: CanvasEdge[] = [];
    const draw = (graph: Graph, scope: string | null) => {
      const orders = ordersOf(graph);
      for (const wire of graph.wires) {
        const source = facts.get(parsePort(wire.from).node);
        const target = facts.get(parsePort(wire.to).node);
        if (!source || !target) continue;
        made.push(edgeOf(wire, scope, source, target, orders.get(wire) ?? null));
      }
      for (const node of graph.nodes) {
        if (node.body && !scene.layout.nodes[node.id]?.folded) draw(node.body, node.id);
      }
    };
    const edgeOf = (
      wire: Wire,
      scope: string | null,
      source: NodeFacts,
      target: NodeFacts,
      order: number | null,
    ): CanvasEdge => {
      const id = wireId(wire);
      const from = parsePort(wire.from);
      const to = parsePort(wire.to);
      const port = from.port ?? source.outputs[0]?.name ?? "out";
      const isSelected = selected.has(id);
      const errors = source.outputs.find((each) => each.name === port)?.carries === "errors";
      const text = label(source.title, target.title);
      const last = before.get(id);
      const targetHandle = to.port ?? target.inputs[0]?.name ?? "in";
      if (
        last?.data &&
        last.data.wire === wire &&
        last.data.order === order &&
        last.data.label === text &&
        last.selected === isSelected &&
        last.sourceHandle === port &&
        last.targetHandle === targetHandle &&
        last.data.errors === errors
      ) {
        return last;
      }
      return {
        id,
        type: "wire",
        source: from.node,
        sourceHandle: port,
        target: to.node,
        targetHandle,
        selected: isSelected,
        ariaLabel: text,
        data: { wire, scope, errors, order, label: text },
      };
    };
    draw(scene.flow, null);
    before = new Map(made.map((edge) => [edge.id, edge]));
    return made;
  };
}

/** Where a node lies on the canvas, those inside scopes included, from the canvas's origin. */
export function absolutePlace(
  flow: FlowFile,
  layout: Layout,
  id: string,
): { x: number; y: number } {
  const path = (graph: Graph): NodeSpec[] | null => {
    for (const node of graph.nodes) {
      if (node.id === id) return [node];
      const inner = node.body ? path(node.body) : null;
      if (inner) return [node, ...inner];
    }
    return null;
  };
  return (path(flow) ?? []).reduce(
    (sum, node) => {
      const place = layout.nodes[node.id];
      return { x: sum.x + (place?.x ?? 0), y: sum.y + (place?.y ?? 0) };
    },
    { x: 0, y: 0 },
  );
}
