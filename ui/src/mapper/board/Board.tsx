import { useEffect, useMemo, useRef, useState } from "react";
import { useMapping } from "../mapping";
import styles from "./Board.module.css";
import { DragLayer, useSourceDrag } from "./drag";
import { Lines } from "./Lines";
import { SourceTree } from "./SourceTree";
import { TargetTree } from "./TargetTree";

/** The two trees and the lines between them. */
export function Board() {
  const { targets: rows } = useMapping();
  const sources = useRef<HTMLDivElement>(null);
  const targets = useRef<HTMLDivElement>(null);
  const [sourceTop, setSourceTop] = useState(0);
  const [targetTop, setTargetTop] = useState(0);
  const height = useHeight(targets);
  const { path, startDrag } = useSourceDrag(targets, rows);
  const sight = useMemo(() => ({ sourceTop, targetTop, height }), [sourceTop, targetTop, height]);
  return (
    <div className={styles.board}>
      <SourceTree
        scroller={sources}
        targets={targets}
        top={sourceTop}
        height={height}
        onScroll={setSourceTop}
        onDrag={startDrag}
      />
      <Lines sight={sight} />
      <TargetTree
        scroller={targets}
        sources={sources}
        top={targetTop}
        height={height}
        onScroll={setTargetTop}
      />
      <DragLayer path={path} />
    </div>
  );
}

function useHeight(box: React.RefObject<HTMLElement | null>): number {
  const [height, setHeight] = useState(600);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = () => setHeight(element.clientHeight || 600);
    measure();
    if (typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return height;
}
