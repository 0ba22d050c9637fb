/** How the card of a node is to look besides its own content. */
import { staleWhy } from "../model/fresh";
import { useGantry } from "../model/store";

/** Whether the node's last outputs no longer fit the flow. */
export function useIsStale(id: string): boolean {
  return useGantry(
    ({ open, past, fresh }) => !past && open !== null && staleWhy(fresh, open.flow.id, id) !== null,
  );
}

/** What the run that is about to be started does with the node; null while none is. */
export function usePlanned(id: string): "willRun" | "takenOver" | "left" | null {
  return useGantry(({ planned }) => {
    if (!planned?.plan) return null;
    const node = planned.plan.nodes.find((each) => each.node === id);
    if (!node) return "left";
    return node.reused ? "takenOver" : "willRun";
  });
}
