import { useMemo } from "react";
import type { FlowFile } from "../bindings/FlowFile";
import type { Layout } from "../bindings/Layout";
import { typeInfo } from "../model/facts";
import { useGantry } from "../model/store";
import styles from "./GraphPicture.module.css";
import { thumbnailOf } from "./thumbnail";

type Props = { flow: FlowFile; layout: Layout; label: string };

/** A flow's graph as a small picture, nodes in the colours of their families. */
export function GraphPicture({ flow, layout, label }: Props) {
  const catalogue = useGantry((state) => state.catalogue);
  const picture = useMemo(() => thumbnailOf(flow, layout), [flow, layout]);
  return (
    <svg className={styles.picture} viewBox={picture.viewBox} role="img" aria-label={label}>
      {picture.curves.map((curve) => (
        <path key={curve.id} d={curve.path} className={styles.wire} />
      ))}
      {picture.boxes.map((box) => (
        <g key={box.id} data-family={typeInfo(catalogue, box.type)?.family}>
          <rect
            x={box.x}
            y={box.y}
            width={box.width}
            height={box.height}
            rx={6}
            className={box.isScope ? styles.scope : styles.node}
          />
          <rect
            x={box.x}
            y={box.y + 5}
            width={5}
            height={box.height - 10}
            rx={2.5}
            className={styles.band}
          />
          <rect
            x={box.x + 14}
            y={box.y + box.height / 2 - 3}
            width={box.width * 0.55}
            height={6}
            rx={3}
            className={styles.title}
          />
        </g>
      ))}
    </svg>
  );
}
