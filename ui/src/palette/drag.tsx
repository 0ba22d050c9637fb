import { useRef, useState } from "react";
import { createPortal } from "react-dom";
import { addNodeAt, addNodeToWire } from "../actions/nodes";
import { viewport } from "../actions/viewport";
import { worldOf } from "../actions/world";
import type { NodeInfo } from "../bindings/NodeInfo";
import { isOverCanvas, scopeAt, wireAt } from "../canvas/under";
import { iconNamed } from "../kit/icons";
import { canSplice } from "../model/build";
import { absolutePlace } from "../model/canvas";
import { findWire } from "../model/flow";
import { CARD_WIDTH, HEAD_HEIGHT } from "../model/geometry";
import { store } from "../model/store";
import { complete } from "../model/tidy";
import styles from "./drag.module.css";

type Point = { x: number; y: number };
type Ghost = { info: NodeInfo; at: Point } | null;

/** How far the pointer moves before a press becomes a drag. */
const THRESHOLD = 4;

function origin(scope: string | null): Point {
  const state = store.getState();
  const world = worldOf(state);
  if (scope === null || !world || !state.open) return { x: 0, y: 0 };
  return absolutePlace(world.flow, complete(world, state.open.layout), scope);
}

function drop(info: NodeInfo, point: Point): void {
  if (!isOverCanvas(point)) return;
  const middle = viewport()?.toFlow(point);
  const world = worldOf(store.getState());
  if (!middle || !world) return;
  const wire = wireAt(point);
  const found = wire === null ? null : findWire(world.flow, wire);
  const scope = found ? found.scope : scopeAt(point);
  const from = origin(scope);
  const at = { x: middle.x - from.x - CARD_WIDTH / 2, y: middle.y - from.y - HEAD_HEIGHT / 2 };
  if (wire !== null && found && canSplice(world, info, found.wire))
    addNodeToWire(info.type, wire, at);
  else addNodeAt(info.type, at, scope);
}

/**
 * Dragging by pointer events: the browser's own drag and drop cannot be driven in the desktop's
 * webview and eats drops on some systems.
 */
export function usePaletteDrag() {
  const [ghost, setGhost] = useState<Ghost>(null);
  const dragged = useRef(false);

  const startDrag = (event: React.PointerEvent<HTMLDivElement>, info: NodeInfo) => {
    if (event.button !== 0) return;
    const row = event.currentTarget;
    const from = { x: event.clientX, y: event.clientY };
    dragged.current = false;
    row.setPointerCapture(event.pointerId);
    const move = (moved: PointerEvent) => {
      const at = { x: moved.clientX, y: moved.clientY };
      if (Math.hypot(at.x - from.x, at.y - from.y) > THRESHOLD) dragged.current = true;
      if (dragged.current) setGhost({ info, at });
    };
    const end = (ended: PointerEvent) => {
      row.removeEventListener("pointermove", move);
      row.removeEventListener("pointerup", end);
      row.removeEventListener("pointercancel", end);
      setGhost(null);
      if (dragged.current && ended.type === "pointerup")
        drop(info, { x: ended.clientX, y: ended.clientY });
    };
    row.addEventListener("pointermove", move);
    row.addEventListener("pointerup", end);
    row.addEventListener("pointercancel", end);
  };

  return { ghost, startDrag, wasDragged: () => dragged.current };
}

/** The card that goes with the pointer. */
export function DragGhost({ ghost }: { ghost: Ghost }) {
  if (!ghost) return null;
  const Icon = iconNamed(ghost.info.icon);
  return createPortal(
    <div className={styles.ghost} style={{ left: ghost.at.x, top: ghost.at.y }}>
      <Icon size={20} strokeWidth={1.75} aria-hidden />
      {ghost.info.title}
    </div>,
    document.body,
  );
}
