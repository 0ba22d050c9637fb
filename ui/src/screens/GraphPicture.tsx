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
            rx={10}
            className={box.isScope ? styles.scope : styles.node}
          />
          <rect
            x={box.x}
            y={box.y + 8}
            width={8}
            height={box.height - 16}
            rx={4}
            className={styles.band}
          />
          <rect
            x={box.x + 26}
            y={box.y + 16}
            width={Math.min(96, box.width - 50)}
            height={9}
            rx={4}
            className={styles.title}
          />
          <rect
            x={box.x + 26}
            y={box.y + 33}
            width={Math.min(130, box.width - 50)}
            height={7}
            rx={3}
            className={styles.line}
          />
        </g>
      ))}
    </svg>
  );
}
