import { iconNamed } from "../kit/icons";
import { factsOf, typeInfo } from "../model/facts";
import { findNode } from "../model/flow";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./Inspector.module.css";
import { ManyActions } from "./ManyActions";

/** Several nodes: which, and what can be done with all of them. */
export function ManyPane({ nodes }: { nodes: readonly string[] }) {
  const open = useGantry((state) => state.open);
  const catalogue = useGantry((state) => state.catalogue);
  return (
    <div className={styles.scroll}>
      <h2 className={styles.title}>{t("inspector.many", { n: nodes.length })}</h2>
      <ManyActions />
      <ul className={styles.list}>
        {nodes.map((id) => {
          const node = open ? findNode(open.flow, id)?.node : undefined;
          if (!open || node === undefined) return null;
          const Icon = iconNamed(typeInfo(catalogue, node.type)?.icon);
          return (
            <li key={id} className={styles.row}>
              <Icon size={16} aria-hidden />
              {factsOf(node, open.findings, catalogue).title}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
