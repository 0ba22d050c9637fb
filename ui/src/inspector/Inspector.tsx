import { onlyNode } from "../model/selection";
import { useGantry } from "../model/store";
import { FlowPane } from "./FlowPane";
import { ManyPane } from "./ManyPane";
import { NodePane } from "./NodePane";
import { WirePane } from "./WirePane";

/** What is selected, with its parameters and its data. */
export function Inspector() {
  const wire = useGantry((state) => state.inspector.wire);
  const selection = useGantry((state) => state.selection);
  const node = onlyNode(selection);
  if (wire !== null) return <WirePane key={wire} wire={wire} />;
  if (node !== null) return <NodePane key={node} id={node} />;
  if (selection.nodes.length > 1) return <ManyPane nodes={selection.nodes} />;
  return <FlowPane />;
}
