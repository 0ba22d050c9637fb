import { useReactFlow } from "@xyflow/react";
import { type RefObject, useEffect } from "react";
import { select } from "../actions/select";
import { setViewport } from "../actions/viewport";
import type { CanvasEdge, CanvasNode } from "../model/canvas";
import { selectNodes } from "../model/selection";
import { store } from "../model/store";

import { showStart } from "./showStart";

const MARGIN = 24;

function motion(): number {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150;
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
      reveal: (id) => {
        // A node that was just put in is drawn with the next frame.
        requestAnimationFrame(() => {
          const node = graph.getInternalNode(id);
          const rect = box.current?.getBoundingClientRect();
          if (!node || !rect) return;
          const { x, y } = node.internals.positionAbsolute;
          const zoom = graph.getZoom();
          const from = graph.flowToScreenPosition({ x, y });
          const width = (node.width ?? 200) * zoom;
          const height = (node.height ?? 56) * zoom;
          const isSeen =
            from.x >= rect.left + MARGIN &&
            from.y >= rect.top + MARGIN &&
            from.x + width <= rect.right - MARGIN &&
            from.y + height <= rect.bottom - MARGIN;
          if (isSeen) return;
          void graph.setCenter(x + (node.width ?? 200) / 2, y + (node.height ?? 56) / 2, {
            zoom: Math.max(zoom, 0.6),
            duration: motion(),
          });
        });
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
}
