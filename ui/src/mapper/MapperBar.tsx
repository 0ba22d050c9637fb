import { ArrowLeft } from "lucide-react";
import { keysOf } from "../actions/all";
import { IconButton } from "../kit/Button";
import { t } from "../words/t";
import styles from "./MapperScreen.module.css";
import { useMapping } from "./mapping";
import { closeMapper } from "./open";

/** What is mapped, and what can be done with the mapping as a whole. */
export function MapperBar() {
  const { title, targets } = useMapping();
  const fields = targets.filter((row) => row.type === "field");
  const mapped = fields.filter((row) => row.type === "field" && row.field.from.trim() !== "");
  return (
    <header className={styles.bar}>
      <IconButton
        icon={ArrowLeft}
        label={t("action.closeMapper")}
        keys={keysOf("close-mapper")}
        onPress={closeMapper}
      />
      <h1 className={styles.title}>{t("mapper.title", { title })}</h1>
      {fields.length > 0 && (
        <span className={styles.count}>
          {t("mapper.mapped", { n: fields.length, mapped: mapped.length })}
        </span>
      )}
      <span className={styles.gap} />
    </header>
  );
}
