import { findNode } from "../model/flow";
import type { World } from "../model/ports";
import type { State } from "../model/store";
import { t } from "../words/t";

/** The open flow with what is known of it; null while none is open. */
export function worldOf(state: State): World | null {
  if (!state.open) return null;
  return { flow: state.open.flow, findings: state.open.findings, catalogue: state.catalogue };
}

/** The title of a node, for the names of changes. */
export function titleOf(state: State, id: string): string {
  const node = state.open && findNode(state.open.flow, id)?.node;
  return node?.name || state.open?.findings.nodes[id]?.title || node?.type || id;
}

/** What is changed, in words: the node's title, or how many there are. */
export function whatOf(state: State, nodes: readonly string[], wires = 0): string {
  const [only] = nodes;
  if (nodes.length === 1 && only !== undefined) return titleOf(state, only);
  if (nodes.length > 0) return t("what.nodes", { n: nodes.length });
  return t("what.wires", { n: wires });
}
