import { cx } from "../kit/cx";
import { Keys } from "../kit/Keys";
import { t } from "../words/t";
import styles from "./EmptyCanvas.module.css";

type Props = {
  /** Whether nothing stands there yet; else there is a first node with nothing behind it. */
  isEmpty: boolean;
};

/** What a flow says that has just begun: how the next node is put in. */
export function EmptyCanvas({ isEmpty }: Props) {
  const [before, after] = t(isEmpty ? "canvas.empty.text" : "canvas.begun.text").split("{key}");
  return (
    <div className={cx(styles.empty, !isEmpty && styles.below)}>
      <p className={styles.title}>{t(isEmpty ? "canvas.empty.title" : "canvas.begun.title")}</p>
      <p>
        {before}
        <Keys keys="N" />
        {after}
      </p>
    </div>
  );
}
