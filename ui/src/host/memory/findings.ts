import type { Diagnostic } from "../../bindings/Diagnostic";
import type { Findings } from "../../bindings/Findings";
import type { FlowFile } from "../../bindings/FlowFile";
import type { NodeInfo } from "../../bindings/NodeInfo";
import type { NodeSpec } from "../../bindings/NodeSpec";
import type { Port } from "../../bindings/Port";
import { walk } from "../../model/flow";
import { CATALOGUE } from "./catalogue";

function summaryOf(node: NodeSpec): string {
  const params = node.params ?? {};
  switch (node.type) {
    case "http.request":
      return params.url
        ? `${params.method ?? "GET"} ${String(params.url).replace(/\{\{.*?\}\}/g, "")}`
        : "";
    case "data.filter":
      return params.where ? `keeps ${params.where}` : "";
    case "data.map":
      return Array.isArray(params.fields) ? `${params.fields.length} fields` : "";
    case "data.join":
      return params.key ? `by ${params.key}` : "";
    case "file.write":
    case "file.read":
      return params.path ? String(params.path) : "";
    case "trigger.manual":
      return "when you press Run";
    default:
      return "";
  }
}

function outputsOf(node: NodeSpec, info: NodeInfo): Port[] {
  const cases = node.params?.cases;
  const own =
    node.type === "flow.branch" && Array.isArray(cases)
      ? [
          ...cases.map(
            (each: { name?: string }, n): Port => ({
              name: each.name || `case ${n + 1}`,
              carries: "items",
              many: false,
            }),
          ),
          ...info.outputs,
        ]
      : info.outputs;
  if (node.on_error !== "port") return own;
  return [...own, { name: "error", carries: "errors", many: false }];
}

/** A rough check: unknown types and params that are missing. */
export function look(flow: FlowFile): Findings {
  const diagnostics: Diagnostic[] = [];
  const nodes: Findings["nodes"] = {};
  for (const { node } of walk(flow)) {
    const info = CATALOGUE.find((each) => each.type === node.type);
    if (!info) {
      diagnostics.push({
        severity: "warning",
        code: "node.unknown",
        message: `There is no node type “${node.type}”. Replace the node, or open the flow with a newer Gantry.`,
        at: { node: node.id },
      });
    }
    nodes[node.id] = {
      known: info !== undefined,
      title: node.name ?? info?.title ?? node.type,
      summary: summaryOf(node),
      inputs: info?.inputs ?? [{ name: "in", carries: "items", many: false }],
      outputs: info ? outputsOf(node, info) : [{ name: "out", carries: "items", many: false }],
    };
    for (const field of info?.fields ?? []) {
      if (!field.required || node.params?.[field.key] !== undefined) continue;
      diagnostics.push({
        severity: "error",
        code: "param.missing",
        message: `“${field.label}” is missing. Fill it in.`,
        at: { node: node.id, key: `/params/${field.key}` },
      });
    }
  }
  return { diagnostics, nodes };
}
