/** Which nodes of a flow are fresh, and what a run of a part would do, in the host in memory. */
import type { FlowFile } from "../../bindings/FlowFile";
import type { Freshness } from "../../bindings/Freshness";
import type { NodeSpec } from "../../bindings/NodeSpec";
import type { PlannedNode } from "../../bindings/PlannedNode";
import type { RunPlan } from "../../bindings/RunPlan";
import { parsePort, walk } from "../../model/flow";

/** A run that is over: the flow as it was, and the nodes that it came to. */
export type LastRun = { id: string; flow: FlowFile; ran: ReadonlySet<string> };

/** Keys in one order: setting a value and taking it back moves its key to the end. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function whatItDoes({ name: _name, note: _note, body: _body, ...rest }: NodeSpec): string {
  return JSON.stringify(rest, sorted);
}

function into(flow: FlowFile, node: string): string {
  const graphs = [flow, ...[...walk(flow)].flatMap((found) => found.node.body ?? [])];
  const wires = graphs.flatMap((graph) => graph.wires);
  return wires
    .filter((wire) => parsePort(wire.to).node === node)
    .map((wire) => `${wire.from}>${wire.to}`)
    .sort()
    .join();
}

/** How each node's last outputs stand to the flow as it is now. */
export function freshnessOf(flow: FlowFile, last: LastRun | null): Record<string, Freshness> {
  const then = new Map(last ? [...walk(last.flow)].map(({ node }) => [node.id, node]) : []);
  const stand = (node: NodeSpec): Freshness => {
    const before = then.get(node.id);
    if (!last || !before || !last.ran.has(node.id)) return { state: "never", why: "" };
    if (before !== node && whatItDoes(before) !== whatItDoes(node)) {
      return { state: "stale", why: "its settings were changed", run: last.id };
    }
    if (into(last.flow, node.id) !== into(flow, node.id)) {
      return { state: "stale", why: "what comes into it was changed", run: last.id };
    }
    return { state: "fresh", why: "", run: last.id };
  };
  return Object.fromEntries([...walk(flow)].map(({ node }) => [node.id, stand(node)]));
}

/** All that a node can be reached from, itself left out; or all that can be reached from it. */
function reach(flow: FlowFile, node: string, way: "up" | "down"): Set<string> {
  const found = new Set<string>();
  const step = (at: string) => {
    for (const wire of flow.wires) {
      const [from, to] = [parsePort(wire.from).node, parsePort(wire.to).node];
      const [here, next] = way === "up" ? [to, from] : [from, to];
      if (here !== at || found.has(next)) continue;
      found.add(next);
      step(next);
    }
  };
  step(node);
  found.delete(node);
  return found;
}

type Part = { node?: string; to?: string; from?: string; anew?: boolean };

/** What a run of a part would do. */
export function planOf(
  flow: FlowFile,
  titleOf: (node: string) => string,
  fresh: Record<string, Freshness>,
  part: Part,
): RunPlan {
  const target = part.node ?? part.to ?? part.from;
  const up = target === undefined ? new Set<string>() : reach(flow, target, "up");
  const down = target === undefined ? new Set<string>() : reach(flow, target, "down");
  const isMeant = (id: string) =>
    target === undefined ||
    id === target ||
    up.has(id) ||
    (part.from !== undefined && down.has(id));
  const stale = flow.nodes.filter(({ id }) => up.has(id) && fresh[id]?.state !== "fresh");
  // What comes after a stale node gets other items, so it is run as well.
  const isTouched = (id: string) =>
    stale.some((node) => node.id === id || reach(flow, node.id, "down").has(id));
  const nodes = flow.nodes
    .filter(({ id }) => isMeant(id))
    .map(({ id }): PlannedNode => {
      const reused = part.anew !== true && up.has(id) && !isTouched(id);
      const why = reused ? "ran before, nothing has changed" : (fresh[id]?.why ?? "");
      return { node: id, name: titleOf(id), reused, why, ...(reused ? { items: 11 } : {}) };
    });
  const reused = nodes.filter((node) => node.reused).length;
  const runs = nodes.length - reused;
  const summary = `Runs ${runs} ${runs === 1 ? "node" : "nodes"}, takes over ${reused}.`;
  return { nodes, summary };
}
