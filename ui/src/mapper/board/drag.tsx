import { type RefObject, useCallback, useRef, useState } from "react";
import { createPortal } from "react-dom";
import type { SourceField } from "../../bindings/SourceField";
import { dropOn } from "../edits";
import { sourceName } from "../model/sources";
import type { TargetRow } from "../model/targets";
import { mapper } from "../store";
import styles from "./drag.module.css";

type Point = { x: number; y: number };
/** A drag under way: where it began, where it is, and what it takes along. */
export type DragPath = { from: Point; to: Point; source: SourceField } | null;

/** How far the pointer moves before a press becomes a drag. */
const THRESHOLD = 4;
/** How near to the edge the list begins to scroll, and by how much with each move. */
const EDGE = 28;
const SCROLL = 12;

function targetAt({ x, y }: Point): string | null {
  const row = document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-target]");
  return row?.dataset.target ?? null;
}

/** Pointer events, because the desktop's webview does not do the browser's own drag and drop well. */
export function useSourceDrag(targets: RefObject<HTMLElement | null>, rows: readonly TargetRow[]) {
  const [path, setPath] = useState<DragPath>(null);
  const latest = useRef(rows);
  latest.current = rows;
  const startDrag = useCallback(
    (event: React.PointerEvent<HTMLElement>, source: SourceField) => {
      if (event.button !== 0) return;
      const row = event.currentTarget;
      const from = { x: event.clientX, y: event.clientY };
      let isDragging = false;
      row.setPointerCapture(event.pointerId);
      const move = (moved: PointerEvent) => {
        const to = { x: moved.clientX, y: moved.clientY };
        if (!isDragging && Math.hypot(to.x - from.x, to.y - from.y) > THRESHOLD) isDragging = true;
        if (!isDragging) return;
        scrollAt(targets.current, to);
        mapper.setState({ held: null, over: targetAt(to) });
        setPath({ from, to, source });
      };
      const end = (ended: PointerEvent) => {
        row.removeEventListener("pointermove", move);
        row.removeEventListener("pointerup", end);
        row.removeEventListener("pointercancel", end);
        setPath(null);
        const over = targetAt({ x: ended.clientX, y: ended.clientY });
        mapper.setState({ over: null });
        const target = latest.current.find((each) => each.id === over);
        if (!isDragging || target === undefined || ended.type !== "pointerup") return;
        // The next keys are about the field that the source was dropped on.
        targets.current?.focus();
        void dropOn(target, source);
      };
      row.addEventListener("pointermove", move);
      row.addEventListener("pointerup", end);
      row.addEventListener("pointercancel", end);
    },
    [targets],
  );
  return { path, startDrag };
}

function scrollAt(list: HTMLElement | null, { x, y }: Point): void {
  const box = list?.getBoundingClientRect();
  if (list === null || box === undefined || x < box.left) return;
  if (y < box.top + EDGE) list.scrollTop -= SCROLL;
  else if (y > box.bottom - EDGE) list.scrollTop += SCROLL;
}

/** The line that goes with the pointer, and what it takes along. */
export function DragLayer({ path }: { path: DragPath }) {
  if (path === null) return null;
  const { from, to, source } = path;
  const bend = Math.max(24, (to.x - from.x) / 2);
  return createPortal(
    <div className={styles.layer}>
      <svg aria-hidden="true">
        <path
          d={`M${from.x} ${from.y}C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`}
        />
      </svg>
      <span className={styles.label} style={{ left: to.x, top: to.y }}>
        {sourceName(source)}
      </span>
    </div>,
    document.body,
  );
}
