/** Opens the mapper on a node, and leaves it. */
import { viewport } from "../actions/viewport";
import { findNode } from "../model/flow";
import { onlyNode } from "../model/selection";
import { type State, store } from "../model/store";
import { pathOfPointer } from "./model/fields";
import { rowId } from "./model/targets";
import { resetMapper } from "./store";

/** The type of node that maps fields. */
const MAPPED = "data.map";

/** The selected node, where it is one that can be mapped. */
export function mappable(state: State): string | null {
  const id = onlyNode(state.selection);
  if (id === null || !state.open || state.past) return null;
  return findNode(state.open.flow, id)?.node.type === MAPPED ? id : null;
}

/** The row of the mapper that a key inside a node is about; null where it is about none. */
export function rowAt(key: string): string | null {
  const path = pathOfPointer(key);
  return path === undefined ? null : rowId(path);
}

/** Opens the mapper on a node, at one of its fields where its row is given. */
export function openMapper(node: string, target: string | null = null): void {
  resetMapper(node, target);
  store.setState({ screen: "mapper", overlay: null });
}

/** Goes back to the canvas. */
export function closeMapper(): void {
  store.setState({ screen: "canvas" });
  setTimeout(() => viewport()?.focus(), 0);
}
