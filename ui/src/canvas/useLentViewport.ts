import { type ReactFlowInstance, useReactFlow } from "@xyflow/react";
import { type RefObject, useEffect } from "react";
import { select } from "../actions/select";
import { setViewport } from "../actions/viewport";
import type { CanvasEdge, CanvasNode } from "../model/canvas";
import { onlyNode, selectNodes } from "../model/selection";
import { store } from "../model/store";
import { showStart } from "./showStart";

const MARGIN = 24;
/** Below this a card cannot be read. */
const LEAST_ZOOM = 0.6;

type Graph = ReactFlowInstance<CanvasNode, CanvasEdge>;

function motion(): number {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150;
}

/** Moves to the middle what is not wholly in sight. */
function bringIntoSight(graph: Graph, box: HTMLElement | null, ids: readonly string[]): void {
  const rect = box?.getBoundingClientRect();
  const nodes = ids.filter((id) => graph.getInternalNode(id));
  if (!rect || nodes.length === 0) return;
  const bounds = graph.getNodesBounds(nodes);
  const zoom = graph.getZoom();
  const from = graph.flowToScreenPosition({ x: bounds.x, y: bounds.y });
  const isSeen =
    from.x >= rect.left + MARGIN &&
    from.y >= rect.top + MARGIN &&
    from.x + bounds.width * zoom <= rect.right - MARGIN &&
    from.y + bounds.height * zoom <= rect.bottom - MARGIN;
  if (isSeen) return;
  // Reckoned from the box itself: what React Flow knows of its size may be a frame old.
  const next = Math.max(zoom, LEAST_ZOOM);
  const x = rect.width / 2 - (bounds.x + bounds.width / 2) * next;
  const y = rect.height / 2 - (bounds.y + bounds.height / 2) * next;
  void graph.setViewport({ zoom: next, x, y }, { duration: motion() });
}

/** Lends the canvas's view to the actions, and selects the node that Tab reaches. */
export function useLentViewport(
  box: RefObject<HTMLElement | null>,
  flow: string | undefined,
): void {
  const graph = useReactFlow<CanvasNode, CanvasEdge>();

  useEffect(() => {
    const middle = () => {
      const rect = box.current?.getBoundingClientRect();
      return rect ? { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 } : { x: 0, y: 0 };
    };
    setViewport({
      zoomIn: () => void graph.zoomIn({ duration: motion() }),
      zoomOut: () => void graph.zoomOut({ duration: motion() }),
      zoomTo: (zoom) => void graph.zoomTo(zoom, { duration: motion() }),
      fit: (ids) =>
        void graph.fitView({
          padding: 0.15,
          maxZoom: 1,
          duration: motion(),
          ...(ids ? { nodes: ids.map((id) => ({ id })) } : {}),
        }),
      start: () => requestAnimationFrame(() => showStart(graph, box.current)),
      reveal: (...ids) => {
        // A node that was just put in is drawn with the next frame.
        requestAnimationFrame(() => bringIntoSight(graph, box.current, ids));
      },
      center: () => graph.screenToFlowPosition(middle()),
      toFlow: (point) => graph.screenToFlowPosition(point),
      toScreen: (point) => graph.flowToScreenPosition(point),
      focus: () => box.current?.querySelector<HTMLElement>(".react-flow")?.focus(),
    });
    return () => setViewport(null);
  }, [graph, box]);

  useEffect(() => {
    const element = box.current;
    if (!element || flow === undefined) return;
    const follow = (event: FocusEvent) => {
      const { target } = event;
      if (!(target instanceof Element) || !target.matches(".react-flow__node:focus-visible"))
        return;
      const id = target.getAttribute("data-id");
      if (id !== null && !store.getState().selection.nodes.includes(id)) select(selectNodes([id]));
    };
    element.addEventListener("focusin", follow);
    return () => element.removeEventListener("focusin", follow);
  }, [box, flow]);

  useEffect(
    () =>
      store.subscribe(({ selection }, before) => {
        if (selection === before.selection) return;
        const id = onlyNode(selection);
        const held = document.activeElement;
        if (id === null || !held?.matches(".react-flow__node") || !box.current?.contains(held))
          return;
        // The focus goes along with the selection: else two nodes would look chosen.
        requestAnimationFrame(() => {
          const chosen = box.current?.querySelector(
            `.react-flow__node[data-id="${CSS.escape(id)}"]`,
          );
          if (document.activeElement === held && chosen instanceof HTMLElement)
            chosen.focus({ preventScroll: true });
        });
      }),
    [box],
  );
}
