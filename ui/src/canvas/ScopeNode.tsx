import type { NodeProps } from "@xyflow/react";
import { ChevronsDownUp } from "lucide-react";
import { memo } from "react";
import { toggleFold } from "../actions/nodes";
import { cx } from "../kit/cx";
import type { CanvasNode } from "../model/canvas";
import { shapeOf } from "../model/geometry";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import card from "./Card.module.css";
import { CardHead } from "./CardHead";
import { NodeProgress } from "./NodeProgress";
import { Ports } from "./Ports";
import styles from "./ScopeNode.module.css";
import { useIsStale, usePlanned } from "./standing";

/** A scope: a frame around the nodes inside it, with a head like a card's. */
export const ScopeNode = memo(function ScopeNode({ id, data, selected }: NodeProps<CanvasNode>) {
  const status = useGantry((state) => state.run?.nodes[id]?.status);
  const stale = useIsStale(id);
  const planned = usePlanned(id);
  const { height } = shapeOf(data.facts);
  const title = t("node.fold", { title: data.facts.title });
  return (
    <div
      className={cx(
        card.card,
        styles.frame,
        data.info ? card[data.info.family] : card.unknown,
        stale && card.stale,
        planned && card[planned],
        status === "failed" && card.failed,
        status === "running" && card.running,
        selected && card.selected,
        data.disabled && card.disabled,
      )}
    >
      <div className={styles.head} style={{ height }}>
        <CardHead id={id} data={data} />
        <NodeProgress id={id} title={data.facts.title} isScope />
        <button
          type="button"
          className={cx(styles.fold, "nodrag")}
          title={title}
          aria-label={title}
          onClick={() => toggleFold(id)}
        >
          <ChevronsDownUp size={16} aria-hidden />
        </button>
      </div>
      {data.lanes.map((lane) => (
        <div
          key={`${lane.label} ${lane.x} ${lane.y}`}
          className={styles.lane}
          style={{ left: lane.x, top: lane.y, width: lane.width, height: lane.height }}
        >
          <span className={styles.laneName}>{lane.label}</span>
        </div>
      ))}
      {data.inside === 0 && (
        <div className={styles.empty} style={{ top: height }}>
          {t("scope.empty")}
        </div>
      )}
      <Ports id={id} facts={data.facts} />
    </div>
  );
});
