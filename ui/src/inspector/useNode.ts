/** What the inspector knows of the selected node, read from the store in one place. */
import { useMemo } from "react";
import type { NodeFacts } from "../bindings/NodeFacts";
import type { NodeInfo } from "../bindings/NodeInfo";
import type { NodeSpec } from "../bindings/NodeSpec";
import { factsOf, typeInfo } from "../model/facts";
import { findNode } from "../model/flow";
import { isOver, type NodeRunState } from "../model/run";
import { useGantry } from "../model/store";

export type NodeInView = {
  node: NodeSpec;
  facts: NodeFacts;
  /** What its type tells; undefined for a type that this version does not know. */
  info: NodeInfo | undefined;
  /** How it stands in the run that is shown. */
  inRun: NodeRunState | undefined;
  run: string | undefined;
  /** Grows with the items that passed, so that data is loaded again while a run goes on. */
  version: number;
};

/** The node of that id; null when it is not there any more. */
export function useNode(id: string): NodeInView | null {
  const open = useGantry((state) => state.open);
  const catalogue = useGantry((state) => state.catalogue);
  const inRun = useGantry((state) => state.run?.nodes[id]);
  const run = useGantry((state) => state.run?.run.id);
  const hasEnded = useGantry((state) => state.run !== null && isOver(state.run.run.status));
  const node = useMemo(() => (open ? findNode(open.flow, id)?.node : undefined), [open, id]);
  if (!open || node === undefined) return null;
  const counts = inRun?.counts;
  return {
    node,
    facts: factsOf(node, open.findings, catalogue),
    info: typeInfo(catalogue, node.type),
    inRun,
    run,
    version: coarse((counts?.items_in ?? 0) + (counts?.items_out ?? 0)) + (hasEnded ? 0.5 : 0),
  };
}

// A run counts many times a second; the panes load again at each doubling and at the end.
function coarse(items: number): number {
  return items === 0 ? 0 : Math.floor(Math.log2(items)) + 1;
}
