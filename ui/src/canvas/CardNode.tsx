import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import { toggleFold } from "../actions/nodes";
import { cx } from "../kit/cx";
import type { CanvasNode } from "../model/canvas";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./Card.module.css";
import { CardHead } from "./CardHead";
import { NodeProgress } from "./NodeProgress";
import { Ports } from "./Ports";
import { useIsStale, usePlanned } from "./standing";

/** A node: what it is, what it does, how it stands, and its ports. */
export const CardNode = memo(function CardNode({ id, data, selected }: NodeProps<CanvasNode>) {
  const status = useGantry((state) => state.run?.nodes[id]?.status);
  const stale = useIsStale(id);
  const planned = usePlanned(id);
  const family = data.info?.family;
  return (
    <div
      className={cx(
        styles.card,
        family ? styles[family] : styles.unknown,
        selected && styles.selected,
        data.disabled && styles.disabled,
        stale && styles.stale,
        planned && styles[planned],
        status === "failed" && styles.failed,
        status === "running" && styles.running,
      )}
    >
      <CardHead id={id} data={data} />
      <NodeProgress id={id} title={data.facts.title} isScope={data.inside !== null} />
      {data.inside !== null && (
        <button
          type="button"
          className={cx(styles.foldLine, "nodrag")}
          onClick={() => toggleFold(id)}
          aria-label={t("node.unfold", { title: data.facts.title })}
        >
          {t("node.inside", { n: data.inside })}
        </button>
      )}
      <Ports id={id} facts={data.facts} />
    </div>
  );
});
