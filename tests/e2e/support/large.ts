// A flow as large as they come: for measuring the canvas, not for running.

const COLUMNS = 25;

/** A flow file and its layout with so many nodes and wires; never with a circle. */
export function largeFlow(nNodes: number, nWires: number): { text: string; layout: string } {
  const id = (index: number) => `n${String(index).padStart(3, "0")}`;
  const nodes = Array.from({ length: nNodes }, (_, index) =>
    index === 0
      ? { id: id(0), type: "trigger.manual" }
      : {
          id: id(index),
          type: "data.filter",
          name: `Filter ${index}`,
          params: { where: "total > 100" },
        },
  );
  const chain = nodes.slice(1).map((_, index) => ({ from: id(index), to: id(index + 1) }));
  // More wires skip ahead, each by another distance, so that they cross like those of a real flow.
  const more = Array.from({ length: Math.max(0, nWires - chain.length) }, (_, index) => {
    const from = 1 + ((index * 7) % (nNodes - 40));
    return { from: id(from), to: id(from + 2 + (index % 30)) };
  });
  const places = Object.fromEntries(
    nodes.map((node, index) => [
      node.id,
      { x: (index % COLUMNS) * 260, y: Math.floor(index / COLUMNS) * 120 },
    ]),
  );
  const flow = {
    gantry: 1,
    id: "large",
    name: "Large",
    nodes,
    wires: [...chain, ...more].slice(0, nWires),
  };
  return { text: JSON.stringify(flow), layout: JSON.stringify({ nodes: places }) };
}
