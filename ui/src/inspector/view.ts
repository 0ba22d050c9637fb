/** What the inspector itself changes about what it shows. */
import { setPanel } from "../actions/panels";
import { NOTHING_SELECTED } from "../model/selection";
import { store } from "../model/store";

/** Fills the window with the node, or goes back to the dock. */
export function setFull(full: boolean): void {
  store.setState((state) => ({ inspector: { ...state.inspector, full } }));
}

/** Goes to a field of the selected node, given as a JSON pointer inside it. */
export function goToField(focusKey: string): void {
  store.setState((state) => ({ inspector: { ...state.inspector, focusKey } }));
}

/** Takes the request to go to a field away, once it is done. */
export function fieldReached(): void {
  store.setState((state) => ({ inspector: { ...state.inspector, focusKey: null } }));
}

/** Shows the selected node again instead of a wire's items. */
export function closeWire(): void {
  store.setState((state) => ({ inspector: { ...state.inspector, wire: null } }));
}

/** Folds the inspector away. */
export function closeInspector(): void {
  setPanel("inspector", { open: false });
}

/** Shows the flow itself: what it is for, and its variables. */
export function showFlowSettings(): void {
  setPanel("inspector", { open: true });
  store.setState((state) => ({
    selection: NOTHING_SELECTED,
    inspector: { ...state.inspector, full: false, wire: null, flow: true },
  }));
}
