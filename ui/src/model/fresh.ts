/** How the outputs of a flow's nodes stand to the flow as it is now. Pure. */
import type { Freshness } from "../bindings/Freshness";

/** What is known of one flow's nodes. */
export type Fresh = { flow: string; nodes: Record<string, Freshness> };

function isSame(a: Freshness | undefined, b: Freshness): boolean {
  return a !== undefined && a.state === b.state && a.why === b.why && a.run === b.run;
}

/**
 * What was read last, with what did not change kept as it was, so that only the cards of nodes
 * that turned stale or fresh are drawn again.
 */
export function withFresh(
  before: Fresh | null,
  flow: string,
  nodes: Record<string, Freshness>,
): Fresh {
  const known = before?.flow === flow ? before.nodes : {};
  let changed = Object.keys(known).length !== Object.keys(nodes).length;
  const next: Record<string, Freshness> = {};
  for (const [id, freshness] of Object.entries(nodes)) {
    const last = known[id];
    if (last !== undefined && isSame(last, freshness)) next[id] = last;
    else {
      next[id] = freshness;
      changed = true;
    }
  }
  return !changed && before ? before : { flow, nodes: next };
}

/** Why a node is stale; null where it is not. */
export function staleWhy(fresh: Fresh | null, flow: string, node: string): string | null {
  if (fresh?.flow !== flow) return null;
  const known = fresh.nodes[node];
  return known?.state === "stale" ? known.why : null;
}
