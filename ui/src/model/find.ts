import type { Findings } from "../bindings/Findings";
import type { FlowFile } from "../bindings/FlowFile";
import type { NodeInfo } from "../bindings/NodeInfo";
import { factsOf, typeInfo } from "./facts";
import { walk } from "./flow";
import { escapeKey } from "./pointer";

/** A place in the flow where a text stands. */
export type Hit = { node: string; title: string; type: string; key: string | null; text: string };

function* texts(value: unknown, key: string): Generator<[string, string]> {
  if (typeof value === "string" || typeof value === "number") yield [key, String(value)];
  else if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) yield* texts(each, `${key}/${index}`);
  } else if (typeof value === "object" && value !== null) {
    for (const [name, each] of Object.entries(value))
      yield* texts(each, `${key}/${escapeKey(name)}`);
  }
}

/** Cuts a long text so that what was looked for stays in sight. */
function excerpt(text: string, at: number): string {
  const line = text.replaceAll(/\s+/g, " ");
  return at < 40 ? line.slice(0, 120) : `…${line.slice(at - 30, at + 90)}`;
}

/** Where a text stands in a flow: names, types, notes and parameters. All nodes for no text. */
export function findInFlow(
  flow: FlowFile,
  findings: Findings,
  catalogue: NodeInfo[],
  query: string,
): Hit[] {
  const needle = query.trim().toLowerCase();
  const hits: Hit[] = [];
  for (const { node } of walk(flow)) {
    const { title, summary } = factsOf(node, findings, catalogue);
    const hit = { node: node.id, title, type: node.type };
    const type = typeInfo(catalogue, node.type)?.title ?? node.type;
    const names = [title, node.id, node.type, type];
    if (needle === "" || names.some((name) => name.toLowerCase().includes(needle))) {
      hits.push({ ...hit, key: null, text: summary || type });
      continue;
    }
    const places: [string, unknown][] = [
      ["/note", node.note],
      ["/params", node.params],
    ];
    for (const [key, value] of places.flatMap(([at, root]) => [...texts(root, at)])) {
      const at = value.toLowerCase().indexOf(needle);
      if (at >= 0) hits.push({ ...hit, key, text: excerpt(value, at) });
    }
  }
  return hits;
}
