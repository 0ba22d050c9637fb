import type { EdgeChange, NodeChange, OnNodeDrag, SelectionDragHandler } from "@xyflow/react";
import { useCallback, useMemo } from "react";
import { dropOnWire, moveIntoScope, placeNodes } from "../actions/nodes";
import { select } from "../actions/select";
import { type CanvasEdge, type CanvasNode, type Dragging, NOT_DRAGGING } from "../model/canvas";
import { toggleNode, toggleWire } from "../model/selection";
import { store } from "../model/store";
import { scopeAt, wireAt } from "./under";

type SetDragging = (change: (before: Dragging) => Dragging) => void;

/** What xyflow tells while nodes are dragged and selected. */
export function useCanvasChanges(setDragging: SetDragging) {
  const onNodesChange = useCallback(
    (changes: NodeChange<CanvasNode>[]) => {
      let selection = store.getState().selection;
      const moved: [string, { x: number; y: number }][] = [];
      for (const change of changes) {
        if (change.type === "select") selection = toggleNode(selection, change.id, change.selected);
        else if (change.type === "position" && change.dragging && change.position) {
          moved.push([change.id, change.position]);
        }
      }
      if (selection !== store.getState().selection) select(selection);
      if (moved.length > 0) setDragging((before) => new Map([...before, ...moved]));
    },
    [setDragging],
  );

  const onEdgesChange = useCallback((changes: EdgeChange<CanvasEdge>[]) => {
    let selection = store.getState().selection;
    for (const change of changes) {
      if (change.type === "select") selection = toggleWire(selection, change.id, change.selected);
    }
    if (selection !== store.getState().selection) select(selection);
  }, []);

  const drop = useCallback(
    (nodes: CanvasNode[], point: { x: number; y: number } | null) => {
      const { open } = store.getState();
      const moved = nodes.filter(({ id, position }) => {
        const place = open?.layout.nodes[id];
        return !place || place.x !== position.x || place.y !== position.y;
      });
      const ids = nodes.map((node) => node.id);
      const scope = point && moved.length > 0 ? scopeAt(point, ids) : null;
      if (scope !== null && moveIntoScope(nodes, scope)) {
        setDragging(() => NOT_DRAGGING);
        return;
      }
      placeNodes(moved.map((node) => [node.id, node.position]));
      const [only] = nodes;
      const wire = nodes.length === 1 && point ? wireAt(point) : null;
      if (only && moved.length > 0 && wire !== null) dropOnWire(only.id, wire);
      setDragging(() => NOT_DRAGGING);
    },
    [setDragging],
  );

  return useMemo(() => {
    const onNodeDragStop: OnNodeDrag<CanvasNode> = (event, _node, nodes) =>
      drop(nodes, "clientX" in event ? { x: event.clientX, y: event.clientY } : null);
    const onSelectionDragStop: SelectionDragHandler<CanvasNode> = (_event, nodes) =>
      drop(nodes, null);
    return { onNodesChange, onEdgesChange, onNodeDragStop, onSelectionDragStop };
  }, [onNodesChange, onEdgesChange, drop]);
}
