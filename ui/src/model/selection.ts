/** What is selected on the canvas, in the order in which it was selected. */
export type Selection = { nodes: readonly string[]; wires: readonly string[] };

/** Nothing. */
export const NOTHING_SELECTED: Selection = { nodes: [], wires: [] };

/** Only these nodes. */
export function selectNodes(nodes: readonly string[]): Selection {
  return { nodes, wires: [] };
}

/** The one selected node; null when none or several are selected. */
export function onlyNode(selection: Selection): string | null {
  return selection.nodes.length === 1 ? (selection.nodes[0] ?? null) : null;
}

function toggled(list: readonly string[], id: string, on: boolean): readonly string[] {
  if (on === list.includes(id)) return list;
  return on ? [...list, id] : list.filter((each) => each !== id);
}

/** Adds a node to the selection or takes it out. */
export function toggleNode(selection: Selection, id: string, on: boolean): Selection {
  return { ...selection, nodes: toggled(selection.nodes, id, on) };
}

/** Adds a wire to the selection or takes it out. */
export function toggleWire(selection: Selection, id: string, on: boolean): Selection {
  return { ...selection, wires: toggled(selection.wires, id, on) };
}

/** Leaves out what is not there any more. */
export function keepPresent(
  selection: Selection,
  hasNode: (id: string) => boolean,
  hasWire: (id: string) => boolean,
): Selection {
  const nodes = selection.nodes.filter(hasNode);
  const wires = selection.wires.filter(hasWire);
  if (nodes.length === selection.nodes.length && wires.length === selection.wires.length) {
    return selection;
  }
  return { nodes, wires };
}
