import {
  ClipboardCopy,
  ClipboardPaste,
  Copy,
  Maximize2,
  Pencil,
  Plus,
  PowerOff,
  Redo2,
  Scissors,
  Trash2,
  Undo2,
  Unlink,
} from "lucide-react";
import { onlyNode } from "../model/selection";
import { type State, store } from "../model/store";
import type { Action } from "./action";
import { copySelected, duplicateSelected, pasteClipboard } from "./clipboard";
import { redo, undo } from "./editing";
import { deleteSelected, healSelected, toggleDisabled } from "./nodes";
import { closeTop, openNode } from "./select";
import { focusPalette } from "./view";

const onCanvas = (state: State) => state.open !== null && state.screen === "canvas";
/** Where the flow is changed: on the canvas, in the mapper. */
const onFlow = (state: State) =>
  onCanvas(state) || (state.open !== null && state.screen === "mapper");
const hasNodes = (state: State) => onCanvas(state) && state.selection.nodes.length > 0;
const hasOne = (state: State) => onCanvas(state) && onlyNode(state.selection) !== null;
const hasAny = (state: State) =>
  hasNodes(state) || (onCanvas(state) && state.selection.wires.length > 0);

/** Changing the flow. */
export const editActions: Action[] = [
  {
    id: "add-node",
    label: "action.addNode",
    group: "edit",
    icon: Plus,
    keys: ["N"],
    reach: "screen",
    enabled: onCanvas,
    run: focusPalette,
  },
  {
    id: "open-node",
    label: "action.open",
    group: "edit",
    icon: Maximize2,
    keys: ["Enter"],
    reach: "canvas",
    enabled: hasAny,
    run: openNode,
  },
  {
    id: "close",
    label: "action.close",
    group: "edit",
    keys: ["Escape"],
    reach: "screen",
    enabled: onCanvas,
    run: closeTop,
  },
  {
    id: "rename",
    label: "action.rename",
    group: "edit",
    icon: Pencil,
    keys: ["F2"],
    reach: "screen",
    enabled: hasOne,
    run: (state) => store.setState({ renaming: onlyNode(state.selection) }),
  },
  {
    id: "disable",
    label: "action.disable",
    group: "edit",
    icon: PowerOff,
    keys: ["D"],
    reach: "canvas",
    enabled: hasNodes,
    run: toggleDisabled,
  },
  {
    id: "copy",
    label: "action.copy",
    group: "edit",
    icon: ClipboardCopy,
    keys: ["Ctrl+C"],
    keysElsewhere: true,
    reach: "canvas",
    enabled: hasNodes,
    run: () => void copySelected(),
  },
  {
    id: "cut",
    label: "action.cut",
    group: "edit",
    icon: Scissors,
    keys: ["Ctrl+X"],
    keysElsewhere: true,
    reach: "canvas",
    enabled: hasNodes,
    run: () => void copySelected().then(deleteSelected),
  },
  {
    id: "paste",
    label: "action.paste",
    group: "edit",
    icon: ClipboardPaste,
    keys: ["Ctrl+V"],
    keysElsewhere: true,
    reach: "canvas",
    enabled: onCanvas,
    run: () => void pasteClipboard(),
  },
  {
    id: "duplicate",
    label: "action.duplicate",
    group: "edit",
    icon: Copy,
    keys: ["Ctrl+D"],
    reach: "canvas",
    enabled: hasNodes,
    run: duplicateSelected,
  },
  {
    id: "delete",
    label: "action.delete",
    group: "edit",
    icon: Trash2,
    keys: ["Delete", "Backspace"],
    reach: "canvas",
    danger: true,
    enabled: hasAny,
    run: deleteSelected,
  },
  {
    id: "heal",
    label: "action.heal",
    group: "edit",
    icon: Unlink,
    keys: ["Ctrl+Backspace", "Ctrl+Delete"],
    reach: "canvas",
    danger: true,
    enabled: hasOne,
    run: healSelected,
  },
  {
    id: "undo",
    label: "action.undo",
    group: "edit",
    icon: Undo2,
    keys: ["Ctrl+Z"],
    reach: "screen",
    enabled: (state) =>
      onFlow(state) && (state.open?.saved.undo !== undefined || state.unsaved.length > 0),
    run: () => void undo(),
  },
  {
    id: "redo",
    label: "action.redo",
    group: "edit",
    icon: Redo2,
    keys: ["Ctrl+Shift+Z", "Ctrl+Y"],
    reach: "screen",
    enabled: (state) => onFlow(state) && state.open?.saved.redo !== undefined,
    run: () => void redo(),
  },
];
