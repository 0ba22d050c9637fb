import { t } from "../../words/t";
import { useMapping } from "../mapping";
import { useMapper } from "../store";
import styles from "./TargetRowView.module.css";

/** The names of the columns on the target side. */
export function TargetHead() {
  const { preview } = useMapping();
  const item = useMapper((state) => state.item);
  const result =
    preview.items.length === 0
      ? t("mapper.column.result")
      : t("mapper.column.resultOf", { n: item + 1 });
  return (
    <div className={styles.columns} aria-hidden>
      <span className={styles.name}>{t("mapper.column.field")}</span>
      <span className={styles.type}>{t("mapper.column.type")}</span>
      <span className={styles.rule}>{t("mapper.column.rule")}</span>
      <span className={styles.policy}>{t("mapper.column.policy")}</span>
      <span className={styles.result}>{result}</span>
      <span className={styles.menu} />
    </div>
  );
}
