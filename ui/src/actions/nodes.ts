import type { NodeSpec } from "../bindings/NodeSpec";
import type { Place } from "../bindings/Place";
import {
  addNode,
  type Build,
  connect,
  freeSpot,
  heal,
  mainOutput,
  moveInto,
  placeAfter,
  reconnect,
  removeSelected,
  spliceExisting,
  spliceNode,
} from "../model/build";
import { absolutePlace } from "../model/canvas";
import { factsOf, typeInfo } from "../model/facts";
import { findNode } from "../model/flow";
import { SCOPE_PADDING, shapeOf, snap } from "../model/geometry";
import { homesOf } from "../model/homes";
import { LANE_ROOM } from "../model/lanes";
import { withRecent } from "../model/panels";
import { type End, refusal, type World } from "../model/ports";
import { onlyNode, selectNodes } from "../model/selection";
import { type QuickAdd, store } from "../model/store";
import { complete, tidy } from "../model/tidy";
import { t } from "../words/t";
import { toast } from "./context";
import { edit, undo } from "./editing";
import { viewport } from "./viewport";
import { titleOf, whatOf, worldOf } from "./world";

function put(label: string, build: Build, type: string): void {
  edit(label, build.edit);
  store.setState((state) => ({
    selection: selectNodes(build.ids),
    panels: withRecent(state.panels, type),
    overlay: null,
  }));
  const [id] = build.ids;
  if (id !== undefined) viewport()?.reveal(id);
  viewport()?.focus();
}

/** Puts a node in behind the selected one, joined to it; in the middle of the view without one. */
export function addNodeHere(type: string): void {
  const state = store.getState();
  const world = worldOf(state);
  const info = typeInfo(state.catalogue, type);
  if (!world || !info || !state.open) return;
  const wire = state.selection.wires[0];
  if (state.selection.nodes.length === 0 && wire !== undefined) {
    addNodeToWire(type, wire);
    return;
  }
  const last = state.selection.nodes.at(-1);
  const layout = complete(world, state.open.layout);
  const found = last === undefined ? null : findNode(world.flow, last);
  // What belongs into the selected scope goes into it; all else goes behind it.
  if (found?.node.body && last !== undefined && homesOf(info).includes(found.node.type)) {
    addNodeAt(type, freeSpot(world, layout, last, inScopeCorner(world, found.node)), last);
    return;
  }
  const end = last === undefined || info.inputs.length === 0 ? null : mainOutput(world, last);
  const middle = viewport()?.center() ?? { x: 0, y: 0 };
  const build = addNode(world, info, {
    at:
      found && last !== undefined
        ? placeAfter(world, layout, last)
        : freeSpot(world, layout, null, { x: middle.x - 100, y: middle.y - 28 }),
    scope: found?.scope ?? null,
    ...(end ? { join: { end, side: "input" as const } } : {}),
  });
  put(t("edit.add", { title: info.title }), build, type);
}

/** The upper left corner inside a scope, below its head. */
function inScopeCorner(world: World, scope: NodeSpec): { x: number; y: number } {
  const { height } = shapeOf(factsOf(scope, world.findings, world.catalogue));
  return { x: SCOPE_PADDING, y: height + SCOPE_PADDING / 2 + LANE_ROOM };
}

/** Puts a node in at a point of the canvas, inside a scope or not, joined to nothing. */
export function addNodeAt(type: string, at: { x: number; y: number }, scope: string | null): void {
  const state = store.getState();
  const world = worldOf(state);
  const info = typeInfo(state.catalogue, type);
  if (!world || !info) return;
  put(t("edit.add", { title: info.title }), addNode(world, info, { at, scope }), type);
}

/** Puts a node into a wire. */
export function addNodeToWire(type: string, wire: string, at?: { x: number; y: number }): void {
  const state = store.getState();
  const world = worldOf(state);
  const info = typeInfo(state.catalogue, type);
  if (!world || !info || !state.open) return;
  const from = wire.split(/[.>]/)[0] ?? "";
  const layout = complete(world, state.open.layout);
  const source = layout.nodes[from];
  const to = layout.nodes[wire.split(">")[1]?.split(".")[0] ?? ""];
  const middle =
    source && to ? { x: (source.x + to.x) / 2, y: (source.y + to.y) / 2 } : { x: 0, y: 0 };
  const build = spliceNode(world, info, wire, at ?? middle);
  if (!build) {
    toast("error", t("connect.noInput", { title: info.title }));
    return;
  }
  put(t("edit.splice", { title: info.title }), build, type);
}

/** Puts in what quick-add was opened for. */
export function addQuickly(type: string, quickAdd: QuickAdd): void {
  const state = store.getState();
  const world = worldOf(state);
  const info = typeInfo(state.catalogue, type);
  if (!world || !info) return;
  if (quickAdd.splice !== undefined) {
    addNodeToWire(type, quickAdd.splice, quickAdd.at);
    return;
  }
  const { join } = quickAdd;
  const at =
    join?.side === "output"
      ? { x: quickAdd.at.x - 200, y: quickAdd.at.y - 28 }
      : { x: quickAdd.at.x, y: quickAdd.at.y - 28 };
  const build = addNode(world, info, {
    at,
    scope: quickAdd.scope ?? null,
    ...(join ? { join: { end: { node: join.node, port: join.port }, side: join.side } } : {}),
  });
  put(t("edit.add", { title: info.title }), build, type);
}

/** Joins two ports, or says why they cannot be joined. */
export function connectPorts(from: End, to: End): void {
  const state = store.getState();
  const world = worldOf(state);
  if (!world) return;
  const refused = refusal(world, from, to);
  if (refused) {
    toast(
      "error",
      refused.word === "connect.carries"
        ? t(refused.word, { from: t(`carries.${refused.from}`), to: t(`carries.${refused.to}`) })
        : t(refused.word),
    );
    return;
  }
  const label = t("edit.connect", { from: titleOf(state, from.node), to: titleOf(state, to.node) });
  edit(label, connect(world, from, to));
}

/** Leads a wire to another port. */
export function moveWire(wire: string, from: End, to: End): void {
  const world = worldOf(store.getState());
  if (!world) return;
  const change = reconnect(world, wire, from, to);
  if (change) edit(t("edit.reconnect"), change);
}

/** Deletes what is selected. */
export function deleteSelected(): void {
  const state = store.getState();
  const world = worldOf(state);
  const { nodes, wires } = state.selection;
  if (!world || nodes.length + wires.length === 0) return;
  const what = whatOf(state, nodes, wires.length);
  edit(t("edit.delete", { what }), removeSelected(world, state.selection));
  toast("neutral", t("toast.deleted", { what }), {
    label: t("toast.undo"),
    run: () => void undo(),
  });
}

/** Deletes the selected node and joins its neighbours. */
export function healSelected(): void {
  const state = store.getState();
  const world = worldOf(state);
  const id = onlyNode(state.selection);
  if (!world || id === null) return;
  const change = heal(world, id);
  if (!change) {
    deleteSelected();
    return;
  }
  const what = titleOf(state, id);
  edit(t("edit.heal", { what }), change);
  toast("neutral", t("toast.healed", { what }), { label: t("toast.undo"), run: () => void undo() });
}

/** Disables the selected nodes, or enables them when all are disabled. */
export function toggleDisabled(): void {
  const state = store.getState();
  const { open, selection } = state;
  if (!open || selection.nodes.length === 0) return;
  const enable = selection.nodes.every((id) => findNode(open.flow, id)?.node.disabled);
  const what = whatOf(state, selection.nodes);
  edit(t(enable ? "edit.enable" : "edit.disable", { what }), {
    type: "all",
    edits: selection.nodes.map((node) => ({
      type: "set_node",
      node,
      key: "/disabled",
      ...(enable ? {} : { value: true }),
    })),
  });
}

/** Stores where nodes lie now. */
export function placeNodes(places: [string, { x: number; y: number }][], label?: string): void {
  const state = store.getState();
  const world = worldOf(state);
  if (!world || !state.open || places.length === 0) return;
  const { nodes } = complete(world, state.open.layout);
  const what = whatOf(
    state,
    places.map(([id]) => id),
  );
  const moved = places.map(([id, at]): [string, Place] => [id, { ...nodes[id], ...at }]);
  edit(label ?? t("edit.move", { what }), { type: "place", places: moved });
}

/** Moves the selected nodes. */
export function moveSelected(dx: number, dy: number): void {
  const state = store.getState();
  const world = worldOf(state);
  if (!world || !state.open) return;
  const { nodes } = complete(world, state.open.layout);
  placeNodes(
    state.selection.nodes.flatMap((id): [string, { x: number; y: number }][] => {
      const place = nodes[id];
      return place ? [[id, { x: place.x + dx, y: place.y + dy }]] : [];
    }),
  );
}

/** Lays the selected nodes out, or the whole flow when fewer than two are selected. */
export function tidyUp(): void {
  const state = store.getState();
  const world = worldOf(state);
  if (!world || !state.open) return;
  const { selection, open } = state;
  const first = selection.nodes[0];
  const scope = first === undefined ? null : findNode(open.flow, first)?.scope;
  const graph =
    selection.nodes.length < 2 || !scope ? open.flow : findNode(open.flow, scope)?.node.body;
  const only = selection.nodes.length < 2 ? null : new Set(selection.nodes);
  const layout = complete(world, open.layout);
  edit(t("edit.tidy"), { type: "place", places: tidy(world, layout, graph ?? open.flow, only) });
  if (only === null) viewport()?.start();
}

/** Folds a scope, or unfolds it. */
export function toggleFold(id: string): void {
  const state = store.getState();
  const world = worldOf(state);
  if (!world || !state.open) return;
  const place = complete(world, state.open.layout).nodes[id];
  if (!place) return;
  const { folded, ...rest } = place;
  const title = titleOf(state, id);
  edit(t(folded ? "edit.unfold" : "edit.fold", { title }), {
    type: "place",
    places: [[id, folded ? rest : { ...rest, folded: true }]],
  });
}

/** Puts a loose node that was dropped on a wire into it. True when it fits. */
export function dropOnWire(node: string, wire: string): boolean {
  const state = store.getState();
  const world = worldOf(state);
  const change = world && spliceExisting(world, node, wire);
  if (!change) return false;
  edit(t("edit.splice", { title: titleOf(state, node) }), change);
  return true;
}

/** Moves nodes that were dropped into a scope. False when they stay in their own. */
export function moveIntoScope(
  nodes: readonly { id: string; position: { x: number; y: number } }[],
  scope: string,
): boolean {
  const state = store.getState();
  const world = worldOf(state);
  const first = nodes[0] && world && findNode(world.flow, nodes[0].id);
  if (!world || !state.open || !first || first.scope === scope) return false;
  const layout = complete(world, state.open.layout);
  const own =
    first.scope === null ? { x: 0, y: 0 } : absolutePlace(world.flow, layout, first.scope);
  const origin = absolutePlace(world.flow, layout, scope);
  const places = nodes.map(({ id, position }): [string, Place] => {
    const x = Math.max(16, snap(position.x + own.x - origin.x));
    const y = Math.max(68, snap(position.y + own.y - origin.y));
    return [id, { ...layout.nodes[id], x, y }];
  });
  const change = moveInto(world, layout, places, scope);
  if (!change) return false;
  const ids = nodes.map((node) => node.id);
  const what = whatOf(state, ids);
  const title = titleOf(state, scope);
  edit(t("edit.intoScope", { what, title }), change);
  store.setState({ selection: selectNodes(ids) });
  return true;
}

/** Gives a node another name; without one it takes its type's title. */
export function renameNode(id: string, name: string): void {
  const state = store.getState();
  const text = name.trim();
  edit(t("edit.rename", { title: titleOf(state, id) }), {
    type: "set_node",
    node: id,
    key: "/name",
    ...(text === "" ? {} : { value: text }),
  });
}
