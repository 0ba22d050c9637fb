/** The pointer on the waterfall: dragging moves what is in sight, Ctrl and the wheel zoom. */
import { type PointerEvent, useRef, type WheelEvent } from "react";
import type { SightChange, Span } from "../model/timeline";

type Args = {
  span: Span;
  /** The width of the lanes in px, and where they begin. */
  track: number;
  names: number;
  change: (each: SightChange) => void;
};

/** A drag begins once the pointer has moved so far: until then it is a click. */
const DRAG_PX = 4;

/** The handlers of the element that holds the lanes. */
export function usePanning({ span, track, names, change }: Args) {
  const drag = useRef<{ x: number; isDragging: boolean } | null>(null);
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.button === 0) drag.current = { x: event.clientX, isDragging: false };
    },
    onPointerMove: (event: PointerEvent) => {
      const from = drag.current;
      if (from === null) return;
      const by = event.clientX - from.x;
      if (!from.isDragging && Math.abs(by) < DRAG_PX) return;
      if (!from.isDragging) event.currentTarget.setPointerCapture(event.pointerId);
      drag.current = { x: event.clientX, isDragging: true };
      change({ type: "pan", part: -by / track });
    },
    onPointerUp: () => {
      drag.current = null;
    },
    onPointerCancel: () => {
      drag.current = null;
    },
    onWheel: (event: WheelEvent<HTMLElement>) => {
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        change({ type: "pan", part: (event.deltaX || event.deltaY) / track });
        return;
      }
      if (!event.ctrlKey && !event.metaKey) return;
      const x = event.clientX - event.currentTarget.getBoundingClientRect().left - names;
      const around = span.from + (x / track) * (span.to - span.from);
      change({ type: "zoom", factor: event.deltaY > 0 ? 1.25 : 0.8, around });
    },
  };
}
