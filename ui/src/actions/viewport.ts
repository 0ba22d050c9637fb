/** What the canvas lends to the actions: where one looks. */
export type Viewport = {
  zoomIn: () => void;
  zoomOut: () => void;
  zoomTo: (zoom: number) => void;
  /** Shows all nodes, or those named. */
  fit: (nodes?: readonly string[]) => void;
  /** Shows the whole flow where it can be read whole; else its start. */
  start: () => void;
  /** Brings nodes into sight, if they are not wholly in it. */
  reveal: (...nodes: readonly string[]) => void;
  /** The middle of what is seen, in the flow's coordinates. */
  center: () => { x: number; y: number };
  /** A point of the screen in the flow's coordinates. */
  toFlow: (point: { x: number; y: number }) => { x: number; y: number };
  /** A point of the flow on the screen. */
  toScreen: (point: { x: number; y: number }) => { x: number; y: number };
  focus: () => void;
};

let current: Viewport | null = null;

/** Called by the canvas when it comes and goes. */
export function setViewport(viewport: Viewport | null): void {
  current = viewport;
}

/** The canvas's view; null while no canvas is shown. */
export function viewport(): Viewport | null {
  return current;
}
