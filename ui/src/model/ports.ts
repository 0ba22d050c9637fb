import type { Carries } from "../bindings/Carries";
import type { Findings } from "../bindings/Findings";
import type { FlowFile } from "../bindings/FlowFile";
import type { NodeInfo } from "../bindings/NodeInfo";
import type { NodeSpec } from "../bindings/NodeSpec";
import type { Port } from "../bindings/Port";
import type { Wire } from "../bindings/Wire";
import { factsOf } from "./facts";
import { findNode, type Graph, graphOf, parsePort, writePort } from "./flow";

/** What is needed to tell what fits where. */
export type World = { flow: FlowFile; findings: Findings; catalogue: NodeInfo[] };

/** A port, always by name. */
export type End = { node: string; port: string };

/** Why two ports cannot be wired: a text of the catalogue with its values. */
export type Refusal =
  | { word: "connect.self" | "connect.twice" | "connect.scope" | "connect.loop" | "connect.full" }
  | { word: "connect.carries"; from: Carries; to: Carries };

/** Whether what leaves an output may enter an input; the same rule as the host's checks. */
export function fits(from: Carries, to: Carries): boolean {
  switch (to) {
    case "items":
      return true;
    case "call":
      return from !== "errors";
    case "errors":
      return from === "errors";
    default:
      return to satisfies never;
  }
}

/** A wire's ends with the names of their ports. */
export function endsOf(wire: Wire, world: World): { from: End; to: End } {
  const from = parsePort(wire.from);
  const to = parsePort(wire.to);
  return {
    from: { node: from.node, port: from.port ?? firstPort(world, from.node, "outputs") },
    to: { node: to.node, port: to.port ?? firstPort(world, to.node, "inputs") },
  };
}

function firstPort(world: World, id: string, side: "inputs" | "outputs"): string {
  return portsOf(world, id, side)[0]?.name ?? (side === "inputs" ? "in" : "out");
}

/** The inputs or outputs of a node of the flow. */
export function portsOf(world: World, id: string, side: "inputs" | "outputs"): Port[] {
  const found = findNode(world.flow, id);
  return found ? factsOf(found.node, world.findings, world.catalogue)[side] : [];
}

/** The wire between two ports, as the file writes it. */
export function wireBetween(world: World, from: End, to: End): Wire {
  return {
    from: writePort(from.node, from.port, firstPort(world, from.node, "outputs")),
    to: writePort(to.node, to.port, firstPort(world, to.node, "inputs")),
  };
}

function leads(graph: Graph, from: string, to: string): boolean {
  const seen = new Set<string>();
  const left = [from];
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    if (id === to) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    for (const wire of graph.wires) {
      if (parsePort(wire.from).node === id) left.push(parsePort(wire.to).node);
    }
  }
  return false;
}

/** Why a wire from one port to another cannot be, `except` being led elsewhere; null when it can. */
export function refusal(world: World, from: End, to: End, except?: Wire): Refusal | null {
  if (from.node === to.node) return { word: "connect.self" };
  const source = findNode(world.flow, from.node);
  const target = findNode(world.flow, to.node);
  if (!source || !target || source.scope !== target.scope) return { word: "connect.scope" };
  const output = portsOf(world, from.node, "outputs").find((port) => port.name === from.port);
  const input = portsOf(world, to.node, "inputs").find((port) => port.name === to.port);
  if (output && input && !fits(output.carries, input.carries)) {
    return { word: "connect.carries", from: output.carries, to: input.carries };
  }
  const graph = graphOf(world.flow, source.scope);
  if (!graph) return { word: "connect.scope" };
  // The file may name a node's first port or not, so ends are compared by the ports they mean.
  const into = graph.wires
    .filter((wire) => wire !== except && parsePort(wire.to).node === to.node)
    .map((wire) => endsOf(wire, world))
    .filter((ends) => ends.to.port === to.port);
  if (into.some((ends) => ends.from.node === from.node && ends.from.port === from.port)) {
    return { word: "connect.twice" };
  }
  // A plain input takes any number of wires; one with a name of its own takes one.
  if (input && !input.many && input.name !== "in" && into.length > 0) {
    return { word: "connect.full" };
  }
  return leads(graph, to.node, from.node) ? { word: "connect.loop" } : null;
}

/** The first input of a node that a wire from this output may enter. */
export function inputFor(world: World, from: End, to: string): End | null {
  for (const port of portsOf(world, to, "inputs")) {
    const end = { node: to, port: port.name };
    if (refusal(world, from, end) === null) return end;
  }
  return null;
}

/** The first output of a node that a wire to this input may leave. */
export function outputFor(world: World, from: string, to: End): End | null {
  for (const port of portsOf(world, from, "outputs")) {
    const end = { node: from, port: port.name };
    if (refusal(world, end, to) === null) return end;
  }
  return null;
}

/** The port of a new node of that type that fits the other end; null where none does. */
export function fittingPort(info: NodeInfo, side: "input" | "output", other: Carries): Port | null {
  if (side === "input") return info.inputs.find((port) => fits(other, port.carries)) ?? null;
  return info.outputs.find((port) => fits(port.carries, other)) ?? null;
}

/** Wires that leave a node, or enter it, in the order of the file. */
export function wiresAt(graph: Graph, node: NodeSpec["id"], side: "in" | "out"): Wire[] {
  return graph.wires.filter((wire) => parsePort(side === "in" ? wire.to : wire.from).node === node);
}
