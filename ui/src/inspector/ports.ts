/** How many items left each output port of a node in a run. Pure. */
import type { FlowFile } from "../bindings/FlowFile";
import type { WireRun } from "../bindings/WireRun";
import { parsePort, walk, wireId } from "../model/flow";

/** The items that left a port: what one of its wires carried, or what was counted at the bare port. */
export function itemsAt(
  flow: FlowFile,
  wires: Readonly<Record<string, WireRun>>,
  node: string,
  port: string,
  first: string | undefined,
): number | undefined {
  const bare = wires[`${node}.${port}>`];
  if (bare !== undefined) return bare.items;
  for (const wire of wiresOf(flow)) {
    const from = parsePort(wire.from);
    if (from.node !== node || (from.port ?? first) !== port) continue;
    // Every wire of a port carries the same items, so the first that was counted will do.
    const run = wires[wireId(wire)];
    if (run !== undefined) return run.items;
  }
  return undefined;
}

function* wiresOf(flow: FlowFile) {
  yield* flow.wires;
  for (const { node } of walk(flow)) if (node.body) yield* node.body.wires;
}
