import {
  Cable,
  ChevronsDownUp,
  Maximize,
  Network,
  Plus,
  Rows3,
  ZoomIn,
  ZoomOut,
} from "lucide-react";
import { findNode } from "../model/flow";
import { onlyNode } from "../model/selection";
import { type State, store } from "../model/store";
import type { Action } from "./action";
import { moveSelected, tidyUp, toggleFold } from "./nodes";
import { selectAll, showItems, walkGraph } from "./select";
import { spliceInto } from "./view";
import { viewport } from "./viewport";

const STEP = 20;

const onCanvas = (state: State) => state.open !== null && state.screen === "canvas";
const hasWire = (state: State) => onCanvas(state) && state.selection.wires.length > 0;
const hasNodes = (state: State) => onCanvas(state) && state.selection.nodes.length > 0;

function move(id: string, label: Action["label"], key: string, dx: number, dy: number): Action {
  return {
    id,
    label,
    group: "canvas",
    keys: [`Shift+${key}`],
    reach: "canvas",
    enabled: hasNodes,
    run: () => moveSelected(dx * STEP, dy * STEP),
  };
}

function step(
  id: string,
  label: Action["label"],
  way: "left" | "right" | "up" | "down",
  key: string,
): Action {
  return {
    id,
    label,
    group: "canvas",
    keys: [`Alt+${key}`, key],
    reach: "canvas",
    enabled: onCanvas,
    run: () => walkGraph(way),
  };
}

/** Looking at the canvas and moving on it. */
export const canvasActions: Action[] = [
  {
    id: "select-all",
    label: "action.selectAll",
    group: "canvas",
    keys: ["Ctrl+A"],
    reach: "canvas",
    enabled: onCanvas,
    run: selectAll,
  },
  {
    id: "tidy",
    label: "action.tidy",
    group: "canvas",
    icon: Network,
    keys: ["Ctrl+Shift+L"],
    reach: "screen",
    enabled: onCanvas,
    run: tidyUp,
  },
  {
    id: "connect",
    label: "action.connect",
    group: "canvas",
    icon: Cable,
    keys: ["C"],
    reach: "canvas",
    enabled: (state) => onCanvas(state) && onlyNode(state.selection) !== null,
    run: (state) => store.setState({ connecting: onlyNode(state.selection) }),
  },
  {
    id: "fold",
    label: "action.fold",
    group: "canvas",
    icon: ChevronsDownUp,
    keys: ["F"],
    reach: "canvas",
    enabled: (state) => {
      const id = onlyNode(state.selection);
      return (
        onCanvas(state) && id !== null && !!state.open && !!findNode(state.open.flow, id)?.node.body
      );
    },
    run: (state) => {
      const id = onlyNode(state.selection);
      if (id !== null) toggleFold(id);
    },
  },
  step("walk-left", "action.walkLeft", "left", "ArrowLeft"),
  step("walk-right", "action.walkRight", "right", "ArrowRight"),
  step("walk-up", "action.walkUp", "up", "ArrowUp"),
  step("walk-down", "action.walkDown", "down", "ArrowDown"),
  move("move-left", "action.moveLeft", "ArrowLeft", -1, 0),
  move("move-right", "action.moveRight", "ArrowRight", 1, 0),
  move("move-up", "action.moveUp", "ArrowUp", 0, -1),
  move("move-down", "action.moveDown", "ArrowDown", 0, 1),
  {
    id: "show-items",
    label: "action.showItems",
    group: "canvas",
    icon: Rows3,
    reach: "canvas",
    enabled: hasWire,
    run: (state) => state.selection.wires[0] !== undefined && showItems(state.selection.wires[0]),
  },
  {
    id: "splice",
    label: "action.splice",
    group: "canvas",
    icon: Plus,
    reach: "canvas",
    enabled: hasWire,
    run: (state) => state.selection.wires[0] !== undefined && spliceInto(state.selection.wires[0]),
  },
  {
    id: "zoom-in",
    label: "action.zoomIn",
    group: "canvas",
    icon: ZoomIn,
    keys: ["+", "="],
    reach: "canvas",
    enabled: onCanvas,
    run: () => viewport()?.zoomIn(),
  },
  {
    id: "zoom-out",
    label: "action.zoomOut",
    group: "canvas",
    icon: ZoomOut,
    keys: ["-"],
    reach: "canvas",
    enabled: onCanvas,
    run: () => viewport()?.zoomOut(),
  },
  {
    id: "zoom-reset",
    label: "action.zoomReset",
    group: "canvas",
    keys: ["0"],
    reach: "canvas",
    enabled: onCanvas,
    run: () => viewport()?.zoomTo(1),
  },
  {
    id: "fit",
    label: "action.fit",
    group: "canvas",
    icon: Maximize,
    keys: ["1"],
    reach: "canvas",
    enabled: onCanvas,
    run: () => viewport()?.fit(),
  },
  {
    id: "fit-selection",
    label: "action.fitSelection",
    group: "canvas",
    keys: ["2"],
    reach: "canvas",
    enabled: hasNodes,
    run: (state) => viewport()?.fit(state.selection.nodes),
  },
];
