/** What the mapper itself shows and holds; the mapping is the node's params in the open flow. */
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { SheetDiff } from "../bindings/SheetDiff";
import type { SourceField } from "../bindings/SourceField";
import type { Suggestion } from "../bindings/Suggestion";
import { NO_PREVIEW, nextFailing, type PreviewState } from "./model/preview";
/** How a source goes into a field that has a rule already. */
export type DropWay = "replace" | "join" | "fallback";

/** What is open over a target row, one at a time. */
export type Editing =
  | { what: "name"; row: string; text: string }
  /** The pills as a form, with the focus in the part at that JSON pointer inside the rule. */
  | { what: "rule"; row: string; part: string }
  | { what: "menu" | "functions" | "type" | "policy" | "default" | "code" | "where"; row: string }
  /** A source was dropped on a row that has a rule already. */
  | { what: "drop"; row: string; source: SourceField };

export type MapperState = {
  /** The node whose fields are mapped. */
  node: string | null;
  search: string;
  foldedSources: ReadonlySet<string>;
  /** Whether the sources were folded as they are at first. */
  isFolded: boolean;
  foldedTargets: ReadonlySet<string>;
  /** The rows that the keys are about, by their ids. */
  source: string | null;
  target: string | null;
  /** The source that was picked up and goes with the arrows or with the pointer. */
  held: SourceField | null;
  /** The target row that the pointer drags over. */
  over: string | null;
  editing: Editing | null;
  /** What the mapping gives for the first items, and which of them is shown. */
  preview: PreviewState;
  item: number;
  /** How the preview is looked at, and how high it stands. */
  view: "item" | "table";
  height: number;
  /** What fields without a rule could be made from, as long as nobody decided. */
  suggestions: readonly Suggestion[];
  /** An edited sheet, and what it would change. */
  sheet: { name: string; base64: string; diff: SheetDiff } | null;
  /** What is read out; a number behind it, so that the same words are read out again. */
  said: { text: string; n: number };
};

const START: MapperState = {
  node: null,
  search: "",
  foldedSources: new Set(),
  isFolded: false,
  foldedTargets: new Set(),
  source: null,
  target: null,
  held: null,
  over: null,
  editing: null,
  preview: NO_PREVIEW,
  item: 0,
  view: "item",
  height: 210,
  suggestions: [],
  sheet: null,
  said: { text: "", n: 0 },
};

/** The mapper's store. */
export const mapper = createStore<MapperState>(() => START);

/** Reads a part of the mapper's state. */
export function useMapper<Part>(select: (state: MapperState) => Part): Part {
  return useStore(mapper, select);
}

/** Begins anew with a node. */
export function resetMapper(node: string, target: string | null): void {
  const { view, height } = mapper.getState();
  mapper.setState({ ...START, view, height, node, target }, true);
}

/** Has something read out. */
export function say(text: string): void {
  mapper.setState(({ said }) => ({ said: { text, n: said.n + 1 } }));
}

/** Opens something over a row, or closes it. */
export function setEditing(editing: Editing | null): void {
  mapper.setState({ editing });
}

function toggled(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** Folds a source row, or unfolds it. */
export function foldSource(id: string): void {
  mapper.setState(({ foldedSources }) => ({ foldedSources: toggled(foldedSources, id) }));
}

/** Folds a target row, or unfolds it. */
export function foldTarget(id: string): void {
  mapper.setState(({ foldedTargets }) => ({ foldedTargets: toggled(foldedTargets, id) }));
}

/** Goes to an item of the preview, within those that there are. */
export function showItem(index: number): void {
  mapper.setState(({ preview }) => ({
    item: Math.min(Math.max(0, index), Math.max(0, preview.items.length - 1)),
  }));
}

/** Goes to the next item that fails; false where none does. */
export function showNextFailing(): boolean {
  const { preview, item } = mapper.getState();
  const next = nextFailing(preview.items, item);
  if (next === undefined) return false;
  showItem(next);
  return true;
}

/** Folds the sources as they are at first, once for each opening. */
export function foldOnce(foldedSources: ReadonlySet<string>): void {
  if (!mapper.getState().isFolded) mapper.setState({ foldedSources, isFolded: true });
}
