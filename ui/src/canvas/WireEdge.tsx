import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from "@xyflow/react";
import { Plus } from "lucide-react";
import { memo } from "react";
import { showItems } from "../actions/select";
import { spliceInto } from "../actions/view";
import { cx } from "../kit/cx";
import type { CanvasEdge } from "../model/canvas";
import { fillLevel } from "../model/pace";
import { isUnderWay, type State, useGantry } from "../model/store";
import { formatBytes, formatCount, formatShortCount } from "../words/format";
import { t } from "../words/t";
import { hoverWire, useIsHovered } from "./hover";
import styles from "./WireEdge.module.css";

function isFlowing(state: State, source: string): boolean {
  return state.run?.run.status === "running" && state.run.nodes[source]?.status === "running";
}

/** On a shorter wire the chip tells the items alone, so that the wire is still seen. */
const ROOM_FOR_BYTES = 120;

type MiddleProps = { id: string; x: number; y: number; errors: boolean; hasRoom: boolean };

/** What stands in the middle of a wire: what passed it, and the button that puts a node in. */
function Middle({ id, x, y, errors, hasRoom }: MiddleProps) {
  const passed = useGantry((state) => state.run?.wires[id]);
  // A channel is full or empty only while something goes through it.
  const fill = useGantry((state) => (isUnderWay(state) ? state.run?.wires[id]?.fill : undefined));
  const hovered = useIsHovered(id);
  if (!passed && !hovered) return null;
  const shown = passed && { n: formatShortCount(passed.items), bytes: formatBytes(passed.bytes) };
  const level = fill === undefined ? undefined : fillLevel(fill);
  const label = passed && t("wire.open", { n: passed.items });
  const title =
    shown &&
    [
      label,
      t("wire.passed", { count: formatCount(passed.items), bytes: shown.bytes }),
      level && t(`wire.fill.${level}`, { fill: fill ?? 0 }),
    ]
      .filter(Boolean)
      .join(" · ");
  return (
    <EdgeLabelRenderer>
      <div
        className={cx(styles.middle, "nodrag", "nopan")}
        style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
        onPointerEnter={() => hoverWire(id)}
        onPointerLeave={() => hoverWire(null)}
      >
        {shown && passed && (
          <button
            type="button"
            className={cx(styles.chip, errors && passed.items > 0 && styles.errorChip)}
            aria-label={[label, level && t(`wire.fill.${level}`, { fill: fill ?? 0 })]
              .filter(Boolean)
              .join(". ")}
            title={title}
            onClick={() => showItems(id)}
          >
            {shown.n}
            {hasRoom && <span className={styles.bytes}> · {shown.bytes}</span>}
            {level && (
              <span className={styles.fill} aria-hidden>
                <span data-level={level} style={{ width: `${fill}%` }} />
              </span>
            )}
          </button>
        )}
        {hovered && (
          <button
            type="button"
            className={styles.add}
            aria-label={t("wire.add")}
            title={t("wire.add")}
            onClick={() => spliceInto(id)}
          >
            <Plus size={14} aria-hidden />
          </button>
        )}
      </div>
    </EdgeLabelRenderer>
  );
}

/** A wire from an output to an input. */
export const WireEdge = memo(function WireEdge(props: EdgeProps<CanvasEdge>) {
  const { id, source, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition } = props;
  const { data, selected } = props;
  const flowing = useGantry((state) => isFlowing(state, source));
  const hovered = useIsHovered(id);
  const [path, x, y] = getBezierPath({
    sourceX,
    sourceY,
    targetX,
    targetY,
    sourcePosition,
    targetPosition,
  });
  const order = data?.order ?? null;
  const errors = data?.errors ?? false;
  return (
    <>
      <BaseEdge
        path={path}
        interactionWidth={20}
        className={cx(
          styles.wire,
          errors && styles.errors,
          hovered && styles.hovered,
          selected && styles.selected,
          flowing && styles.flowing,
        )}
      />
      {order !== null && (
        <g className={styles.order} transform={`translate(${targetX - 18}, ${targetY - 11})`}>
          <title>{t("wire.order", { n: order })}</title>
          <circle r={7} />
          <text y={3.5}>{order}</text>
        </g>
      )}
      <Middle
        id={id}
        x={x}
        y={y}
        errors={errors}
        hasRoom={Math.hypot(targetX - sourceX, targetY - sourceY) > ROOM_FOR_BYTES}
      />
    </>
  );
});
