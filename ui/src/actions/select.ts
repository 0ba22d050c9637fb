import { mappable, openMapper } from "../mapper/open";
import { absolutePlace } from "../model/canvas";
import { findNode, graphOf, parsePort, walk } from "../model/flow";
import { NOTHING_SELECTED, onlyNode, type Selection, selectNodes } from "../model/selection";
import { store } from "../model/store";
import { complete } from "../model/tidy";
import { setPanel } from "./panels";
import { viewport } from "./viewport";
import { worldOf } from "./world";

/** Takes over a selection made on the canvas. */
export function select(selection: Selection): void {
  store.setState((state) => ({
    selection,
    inspector: {
      ...state.inspector,
      wire: selection.nodes.length > 0 ? null : state.inspector.wire,
    },
  }));
}

/** Selects nothing. */
export function selectNothing(): void {
  select(NOTHING_SELECTED);
  store.setState((state) => ({ inspector: { ...state.inspector, wire: null } }));
}

/** Selects one node and brings it into sight. */
export function goToNode(id: string): void {
  store.setState((state) => ({ screen: "canvas", overlay: null, selection: state.selection }));
  select(selectNodes([id]));
  // The canvas may have to be drawn first when another screen was shown.
  setTimeout(() => viewport()?.reveal(id), 0);
}

/** Goes to a place in the flow: a node, and the field in it. */
export function goToField(node: string, key: string | null): void {
  goToNode(node);
  setPanel("inspector", { open: true });
  store.setState((state) => ({ inspector: { ...state.inspector, focusKey: key } }));
}

/** Shows the items that passed a wire. */
export function showItems(wire: string): void {
  setPanel("inspector", { open: true });
  store.setState((state) => ({
    selection: { nodes: [], wires: [wire] },
    inspector: { ...state.inspector, wire },
  }));
}

/** Selects every node of the scope that the selection lies in; else all of the flow. */
export function selectAll(): void {
  const { open, selection } = store.getState();
  if (!open) return;
  const first = selection.nodes[0];
  const scope = first === undefined ? null : (findNode(open.flow, first)?.scope ?? null);
  const graph = graphOf(open.flow, scope) ?? open.flow;
  select(selectNodes(graph.nodes.map((node) => node.id)));
}

type Way = "left" | "right" | "up" | "down";

/** Goes from the selected node along its wires, or to the next one above or below. */
export function walkGraph(way: Way): void {
  const state = store.getState();
  const world = worldOf(state);
  if (!world || !state.open) return;
  const { flow } = state.open;
  const layout = complete(world, state.open.layout);
  const from = onlyNode(state.selection);
  if (from === null) {
    const first = flow.nodes[0];
    if (first) goToNode(first.id);
    return;
  }
  const found = findNode(flow, from);
  const graph = found && graphOf(flow, found.scope);
  if (!found || !graph) return;
  if (way === "left" || way === "right") {
    const next = graph.wires
      .filter((wire) => parsePort(way === "right" ? wire.from : wire.to).node === from)
      .map((wire) => parsePort(way === "right" ? wire.to : wire.from).node)[0];
    if (next !== undefined) goToNode(next);
    // At the end of a scope's inside one steps out; at a scope without wires one steps in.
    else if (way === "left" && found.scope !== null) goToNode(found.scope);
    else if (way === "right" && found.node.body?.nodes[0]) goToNode(found.node.body.nodes[0].id);
    return;
  }
  const here = absolutePlace(flow, layout, from);
  const sign = way === "down" ? 1 : -1;
  const nearest = [...walk(flow)]
    .filter(({ node, scope }) => node.id !== from && scope === found.scope)
    .map(({ node }) => ({ id: node.id, at: absolutePlace(flow, layout, node.id) }))
    .filter(({ at }) => (at.y - here.y) * sign > 8)
    .sort((a, b) => distance(a.at, here) - distance(b.at, here))[0];
  if (nearest) goToNode(nearest.id);
}

function distance(a: { x: number; y: number }, b: { x: number; y: number }): number {
  // Sideways counts double: up and down stay in the column where there is a choice.
  return Math.abs(a.y - b.y) + 2 * Math.abs(a.x - b.x);
}

/** Goes to the next problem in the flow, or the one before. */
export function goToProblem(step: 1 | -1): boolean {
  const { open, selection, inspector } = store.getState();
  const places = (open?.findings.diagnostics ?? []).flatMap(({ at }) =>
    at.node === undefined ? [] : [{ node: at.node, key: at.key ?? null }],
  );
  if (places.length === 0) return false;
  const here = onlyNode(selection);
  const current = places.findIndex(
    (place) => place.node === here && (lastProblem === null || place.key === lastProblem),
  );
  const next =
    places[
      (current < 0 ? (step > 0 ? 0 : places.length - 1) : current + step + places.length) %
        places.length
    ];
  if (!next) return false;
  lastProblem = next.key;
  store.setState({ inspector: { ...inspector, wire: null } });
  goToField(next.node, next.key);
  return true;
}

/** The field that F8 went to last, for nodes with several problems. */
let lastProblem: string | null = null;

/** Opens the selected node over the whole window: the mapper where it has one, else its inspector. */
export function openNode(): void {
  const { panels, selection, inspector } = store.getState();
  if (selection.nodes.length === 0 && selection.wires[0] !== undefined) {
    showItems(selection.wires[0]);
    return;
  }
  if (onlyNode(selection) === null) return;
  const mapped = mappable(store.getState());
  if (mapped !== null) {
    openMapper(mapped);
    return;
  }
  if (!panels.inspector.open) setPanel("inspector", { open: true });
  store.setState({ inspector: { ...inspector, full: true } });
}

/** Closes what is open, from the top: the full inspector, the run bar, then the selection. */
export function closeTop(): void {
  if (store.getState().planned !== null) {
    store.setState({ planned: null });
    return;
  }
  const { inspector, selection, overlay } = store.getState();
  if (overlay) store.setState({ overlay: null });
  else if (inspector.full) {
    store.setState({ inspector: { ...inspector, full: false } });
    setTimeout(() => viewport()?.focus(), 0);
  } else if (inspector.wire !== null) store.setState({ inspector: { ...inspector, wire: null } });
  else if (inspector.flow) store.setState({ inspector: { ...inspector, flow: false } });
  else if (selection.nodes.length + selection.wires.length > 0) selectNothing();
}
