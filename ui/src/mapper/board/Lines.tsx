import { useEffect, useMemo, useRef, useState } from "react";
import { cx } from "../../kit/cx";
import { t } from "../../words/t";
import { useMapping } from "../mapping";
import { curvesOf, type Sight } from "../model/lines";
import { mapper, useMapper } from "../store";
import styles from "./Board.module.css";

/** The lines between sources and fields, as far as they are in sight. */
export function Lines({ sight }: { sight: Sight }) {
  const { lines, ghostLines, sources, targets } = useMapping();
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const source = useMapper((state) => state.source);
  const target = useMapper((state) => state.target);
  const curves = useMemo(() => curvesOf(lines, sight, width), [lines, sight, width]);
  const ghosts = useMemo(() => curvesOf(ghostLines, sight, width), [ghostLines, sight, width]);
  return (
    <div ref={box} className={styles.lines}>
      {/* What the lines tell is read out with the rows. */}
      <svg aria-hidden="true">
        <title>{t("mapper.lines")}</title>
        {ghosts.map((curve) => (
          <path key={curve.id} d={curve.d} className={cx(styles.line, styles.ghost)} />
        ))}
        {curves.map((curve) => {
          const to = targets[curve.to];
          const isActive = to?.id === target || sources[curve.from]?.id === source;
          return (
            <path
              key={curve.id}
              d={curve.d}
              className={cx(
                styles.line,
                curve.isEach && styles.each,
                curve.isInner && styles.inner,
                isActive && styles.active,
              )}
            />
          );
        })}
        {curves.map((curve) => (
          <path
            key={curve.id}
            d={curve.d}
            className={styles.hit}
            onPointerDown={() =>
              mapper.setState({
                source: sources[curve.from]?.id ?? null,
                target: targets[curve.to]?.id ?? null,
              })
            }
          />
        ))}
      </svg>
    </div>
  );
}

function useWidth(box: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(90);
  useEffect(() => {
    const element = box.current;
    if (element === null || typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return width;
}
