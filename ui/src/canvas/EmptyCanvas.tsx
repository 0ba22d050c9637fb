import { Keys } from "../kit/Keys";
import { t } from "../words/t";
import styles from "./EmptyCanvas.module.css";

/** What an empty flow says: how the first node is put in. */
export function EmptyCanvas() {
  const [before, after] = t("canvas.empty.text").split("{key}");
  return (
    <div className={styles.empty}>
      <p className={styles.title}>{t("canvas.empty.title")}</p>
      <p>
        {before}
        <Keys keys="N" />
        {after}
      </p>
    </div>
  );
}
