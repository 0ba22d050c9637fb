import type { EdgeMouseHandler, NodeMouseHandler } from "@xyflow/react";
import { useMemo } from "react";
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

/** What clicks do on the canvas: menus, opening, and the wire that is pointed at. */
export function usePointerMenus() {
  return useMemo(() => {
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
