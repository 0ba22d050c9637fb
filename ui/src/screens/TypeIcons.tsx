import { iconNamed } from "../kit/icons";
import { typeInfo } from "../model/facts";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./TypeIcons.module.css";

type Props = { types: readonly string[]; count: number };

const SHOWN = 5;

/** The node types of a flow as icons in the colours of their families. */
export function TypeIcons({ types, count }: Props) {
  const catalogue = useGantry((state) => state.catalogue);
  const different = [...new Set(types)];
  const titles = different.map((type) => typeInfo(catalogue, type)?.title ?? type).join(", ");
  return (
    <span className={styles.icons} title={titles}>
      {different.slice(0, SHOWN).map((type) => {
        const info = typeInfo(catalogue, type);
        const Icon = iconNamed(info?.icon);
        return (
          <span key={type} className={styles.icon} data-family={info?.family}>
            <Icon size={14} aria-label={info?.title ?? type} />
          </span>
        );
      })}
      <span className={styles.count}>{t("what.nodes", { n: count })}</span>
    </span>
  );
}
