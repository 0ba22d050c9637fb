import type { EdgeMouseHandler, NodeMouseHandler } from "@xyflow/react";
import { useEffect, useMemo } from "react";
import { openNode, select, selectNothing, showItems } from "../actions/select";
import type { CanvasEdge, CanvasNode } from "../model/canvas";
import { selectNodes } from "../model/selection";
import { type Overlay, store } from "../model/store";
import { hoverWire } from "./hover";

type On = Extract<Overlay, { type: "menu" }>["on"];

function openMenu(event: MouseEvent | React.MouseEvent, on: On): void {
  event.preventDefault();
  store.setState({ overlay: { type: "menu", x: event.clientX, y: event.clientY, on } });
}

/** The node that was clicked last, and where: see `useLateDoubleClick`. */
let clicked: { node: string; x: number; y: number; at: number } | null = null;
const DOUBLE_MS = 600;

/**
 * The first click of two brings the inspector, which may lie where the node was: the second click
 * is then in the inspector, but it is the node that was meant.
 */
function useLateDoubleClick(): void {
  useEffect(() => {
    const open = (event: MouseEvent) => {
      const isOnNode = event.target instanceof Element && event.target.closest(".react-flow__node");
      if (clicked === null || isOnNode || event.timeStamp - clicked.at > DOUBLE_MS) return;
      if (Math.hypot(event.clientX - clicked.x, event.clientY - clicked.y) > 4) return;
      window.getSelection()?.removeAllRanges();
      select(selectNodes([clicked.node]));
      openNode();
    };
    document.addEventListener("dblclick", open);
    return () => document.removeEventListener("dblclick", open);
  }, []);
}

/** What clicks do on the canvas: menus, opening, and the wire that is pointed at. */
export function usePointerMenus() {
  useLateDoubleClick();
  return useMemo(() => {
    const onNodeClick: NodeMouseHandler<CanvasNode> = ({ clientX, clientY, timeStamp }, node) => {
      clicked = { node: node.id, x: clientX, y: clientY, at: timeStamp };
    };
    const onNodeContextMenu: NodeMouseHandler<CanvasNode> = (event, node) => {
      if (!store.getState().selection.nodes.includes(node.id)) select(selectNodes([node.id]));
      openMenu(event, "node");
    };
    const onNodeDoubleClick: NodeMouseHandler<CanvasNode> = (_event, node) => {
      select(selectNodes([node.id]));
      openNode();
    };
    const onEdgeContextMenu: EdgeMouseHandler<CanvasEdge> = (event, edge) => {
      select({ nodes: [], wires: [edge.id] });
      openMenu(event, "wire");
    };
    const onEdgeClick: EdgeMouseHandler<CanvasEdge> = (event, edge) => {
      if (!event.shiftKey && !event.ctrlKey && !event.metaKey) showItems(edge.id);
    };
    return {
      onNodeClick,
      onNodeContextMenu,
      onNodeDoubleClick,
      onEdgeContextMenu,
      onEdgeClick,
      onPaneContextMenu: (event: MouseEvent | React.MouseEvent) => {
        selectNothing();
        openMenu(event, "canvas");
      },
      onPaneClick: () => selectNothing(),
      onEdgeMouseEnter: (_event: unknown, edge: CanvasEdge) => hoverWire(edge.id),
      onEdgeMouseLeave: () => hoverWire(null),
    };
  }, []);
}
