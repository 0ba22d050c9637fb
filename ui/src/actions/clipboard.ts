import { copyText, paste, readClip } from "../model/clipboard";
import { findNode } from "../model/flow";
import { onlyNode, selectNodes } from "../model/selection";
import { store } from "../model/store";
import { complete } from "../model/tidy";
import { t } from "../words/t";
import { toast } from "./context";
import { edit } from "./editing";
import { viewport } from "./viewport";
import { whatOf, worldOf } from "./world";

/** The selected nodes as text; null when none are selected. */
export function selectedText(): string | null {
  const state = store.getState();
  const world = worldOf(state);
  if (!world || !state.open) return null;
  return copyText(world, complete(world, state.open.layout), state.selection.nodes);
}

/** Where pasted nodes go: into the selected scope, or beside what is selected. */
function targetScope(): string | null {
  const { open, selection } = store.getState();
  const id = onlyNode(selection);
  const found = id === null || !open ? null : findNode(open.flow, id);
  if (!found) return null;
  return found.node.body ? found.node.id : found.scope;
}

/** Puts the nodes of a text in. False when the text holds none. */
export function pasteText(text: string): boolean {
  const state = store.getState();
  const world = worldOf(state);
  const clip = readClip(text);
  if (!world || !clip) return false;
  const isHere = clip.nodes.some((node) => findNode(world.flow, node.id));
  const scope = targetScope();
  const inScope = scope === null ? null : { x: 24, y: 72 };
  const corner = scope === null && !isHere ? (viewport()?.center() ?? null) : null;
  const same =
    scope === null || clip.nodes.some((n) => findNode(world.flow, n.id)?.scope === scope);
  const build = paste(world, clip, scope, same ? corner : inScope);
  edit(t("edit.paste", { what: t("what.nodes", { n: build.ids.length }) }), build.edit);
  store.setState({ selection: selectNodes(build.ids) });
  return true;
}

/** Puts copies of the selected nodes beside them. */
export function duplicateSelected(): void {
  const state = store.getState();
  const world = worldOf(state);
  const text = selectedText();
  const clip = text === null ? null : readClip(text);
  const first = state.selection.nodes[0];
  if (!world || !clip || first === undefined) return;
  const scope = findNode(world.flow, first)?.scope ?? null;
  const build = paste(world, clip, scope, null);
  edit(t("edit.duplicate", { what: whatOf(state, state.selection.nodes) }), build.edit);
  store.setState({ selection: selectNodes(build.ids) });
}

/** Copies the selected nodes to the clipboard, for menus; keys go through the copy event. */
export async function copySelected(): Promise<void> {
  const text = selectedText();
  if (text === null) return;
  try {
    await navigator.clipboard.writeText(text);
    toast("ok", t("toast.copied", { n: store.getState().selection.nodes.length }));
  } catch {
    toast("error", t("toast.clipboard", { key: "Ctrl+C" }));
  }
}

/** Pastes from the clipboard, for menus; keys go through the paste event. */
export async function pasteClipboard(): Promise<void> {
  try {
    if (!pasteText(await navigator.clipboard.readText())) toast("error", t("toast.pasteNothing"));
  } catch {
    toast("error", t("toast.clipboard", { key: "Ctrl+V" }));
  }
}
