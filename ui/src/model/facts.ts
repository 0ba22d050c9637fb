import type { Findings } from "../bindings/Findings";
import type { NodeFacts } from "../bindings/NodeFacts";
import type { NodeInfo } from "../bindings/NodeInfo";
import type { NodeSpec } from "../bindings/NodeSpec";
import type { Port } from "../bindings/Port";

const IN: Port = { name: "in", carries: "items", many: true };
const OUT: Port = { name: "out", carries: "items", many: false };
const ERROR_PORT: Port = { name: "error", carries: "errors", many: false };

/** The catalogue's entry of a type. The list is long, so it is indexed once. */
export function typeInfo(catalogue: NodeInfo[], type: string): NodeInfo | undefined {
  let index = indexes.get(catalogue);
  if (!index) {
    index = new Map(catalogue.map((info) => [info.type, info]));
    indexes.set(catalogue, index);
  }
  return index.get(type);
}

const indexes = new WeakMap<NodeInfo[], Map<string, NodeInfo>>();

/**
 * What is known of a node: what the host found, or what its type tells while the host has not
 * looked at it yet.
 */
export function factsOf(node: NodeSpec, findings: Findings, catalogue: NodeInfo[]): NodeFacts {
  const found = findings.nodes[node.id];
  const info = typeInfo(catalogue, node.type);
  const title = node.name || info?.title || found?.title || node.type;
  if (found) return found.title === title ? found : { ...found, title };
  return {
    known: info !== undefined,
    title,
    summary: "",
    inputs: info?.inputs ?? [IN],
    outputs:
      node.on_error === "port" && info ? [...info.outputs, ERROR_PORT] : (info?.outputs ?? [OUT]),
  };
}
