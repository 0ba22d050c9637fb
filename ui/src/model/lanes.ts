/** The branches inside a scope: nodes that wires join are one. Pure. */
import type { NodeSpec } from "../bindings/NodeSpec";
import { type Graph, parsePort } from "./flow";

/** A branch as it is drawn: its nodes' frame, and what stands on it. */
export type Lane = { x: number; y: number; width: number; height: number; label: string };

type Box = { x: number; y: number; width: number; height: number };

const SIDE = 10;
const ABOVE = 18;

/** The room that lanes need above the nodes, beside what a scope leaves there anyway. */
export const LANE_ROOM = 20;

/** The nodes of each branch, branches in the order of their first nodes in the file. */
export function branchesOf(graph: Graph): NodeSpec[][] {
  const root = new Map(graph.nodes.map(({ id }) => [id, id]));
  const find = (id: string): string => {
    let at = id;
    for (let up = root.get(at); up !== undefined && up !== at; up = root.get(at)) at = up;
    return at;
  };
  for (const wire of graph.wires) {
    const [from, to] = [parsePort(wire.from).node, parsePort(wire.to).node];
    if (root.has(from) && root.has(to)) root.set(find(to), find(from));
  }
  const branches = new Map<string, NodeSpec[]>();
  for (const node of graph.nodes) {
    const key = find(node.id);
    const branch = branches.get(key);
    if (branch) branch.push(node);
    else branches.set(key, [node]);
  }
  return [...branches.values()];
}

/** Whether a scope's inside is drawn as lanes: where it has several branches. */
export function hasLanes(graph: Graph): boolean {
  // A branch more than wires can join: nodes without wires are branches of their own.
  return graph.nodes.length > 1 && branchesOf(graph).length > 1;
}

/** The lanes of a scope; `label` names a branch by its nodes and its number. */
export function lanesOf(
  graph: Graph,
  boxOf: (id: string) => Box | undefined,
  label: (branch: readonly NodeSpec[], n: number) => string,
): Lane[] {
  if (!hasLanes(graph)) return [];
  return branchesOf(graph).flatMap((branch, at): Lane[] => {
    const boxes = branch.flatMap(({ id }) => boxOf(id) ?? []);
    if (boxes.length === 0) return [];
    const left = Math.min(...boxes.map((box) => box.x)) - SIDE;
    const top = Math.min(...boxes.map((box) => box.y)) - ABOVE;
    const right = Math.max(...boxes.map((box) => box.x + box.width)) + SIDE;
    const bottom = Math.max(...boxes.map((box) => box.y + box.height)) + SIDE;
    return [
      { x: left, y: top, width: right - left, height: bottom - top, label: label(branch, at + 1) },
    ];
  });
}
