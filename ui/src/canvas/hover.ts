import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";

const STAY_MS = 160;

const hovered = createStore<{ wire: string | null }>(() => ({ wire: null }));
let timer: ReturnType<typeof setTimeout> | undefined;

/** Tells which wire is pointed at. It stays a moment, so that its buttons can be reached. */
export function hoverWire(wire: string | null): void {
  clearTimeout(timer);
  if (wire !== null) hovered.setState({ wire });
  else timer = setTimeout(() => hovered.setState({ wire: null }), STAY_MS);
}

/** Whether this wire is pointed at. */
export function useIsHovered(wire: string): boolean {
  return useStore(hovered, (state) => state.wire === wire);
}
