import type { NodeFacts } from "../bindings/NodeFacts";
import type { Port } from "../bindings/Port";

/** Everything on the canvas lies on this grid. */
export const GRID = 4;
/** The width of every node card. */
export const CARD_WIDTH = 200;
/** The height of a card without named ports: icon, title, summary. */
export const HEAD_HEIGHT = 56;
/** The height of a line that names a port. */
export const ROW_HEIGHT = 20;
/** The diameter of a port. */
export const PORT_SIZE = 10;
/** The room between a scope's frame and what lies in it. */
export const SCOPE_PADDING = 24;

const ROWS_BOTTOM = 8;
const EMPTY_BODY = { width: 256, height: 88 };

/** Where a port sits at its node's side, from the node's top. */
export type PortPlace = { port: Port; y: number; named: boolean };

/** A card's ports and height. */
export type CardShape = { inputs: PortPlace[]; outputs: PortPlace[]; height: number };

/** How large something is. */
export type Size = { width: number; height: number };

function row(index: number): number {
  return HEAD_HEIGHT + index * ROW_HEIGHT + ROW_HEIGHT / 2 - 2;
}

function side(ports: Port[]): PortPlace[] {
  const plain = ports.filter((port) => port.carries !== "errors" || port.name !== "error");
  const errors = ports.filter((port) => !plain.includes(port));
  const only = plain.length === 1 ? plain[0] : undefined;
  const inRows = only ? errors : [...plain, ...errors];
  const rows = inRows.map((port, index) => ({ port, y: row(index), named: true }));
  return only ? [{ port: only, y: HEAD_HEIGHT / 2, named: false }, ...rows] : rows;
}

const shapes = new WeakMap<NodeFacts, CardShape>();

/** Where a card's ports sit: a lone one beside the title, several with their names below it. */
export function shapeOf(facts: NodeFacts): CardShape {
  const known = shapes.get(facts);
  if (known) return known;
  const inputs = side(facts.inputs);
  const outputs = side(facts.outputs);
  const rows = Math.max(
    inputs.filter((each) => each.named).length,
    outputs.filter((each) => each.named).length,
  );
  const height = HEAD_HEIGHT + (rows === 0 ? 0 : rows * ROW_HEIGHT + ROWS_BOTTOM);
  const shape = { inputs, outputs, height };
  shapes.set(facts, shape);
  return shape;
}

/** How large a scope's frame is, so that it holds all that lies in it. */
export function scopeSize(
  head: number,
  inside: readonly { x: number; y: number; width: number; height: number }[],
  least: Partial<Size> = {},
): Size {
  const right = Math.max(0, ...inside.map((box) => box.x + box.width));
  const bottom = Math.max(0, ...inside.map((box) => box.y + box.height));
  return {
    width: Math.max(EMPTY_BODY.width, right + SCOPE_PADDING, least.width ?? 0),
    height: Math.max(head + EMPTY_BODY.height, bottom + SCOPE_PADDING, least.height ?? 0),
  };
}

/** Rounds to the grid. */
export function snap(n: number): number {
  return Math.round(n / GRID) * GRID;
}
