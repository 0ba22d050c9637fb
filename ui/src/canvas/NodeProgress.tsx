import { useGantry } from "../model/store";
import { formatCount } from "../words/format";
import { t } from "../words/t";
import styles from "./NodeProgress.module.css";

type Props = {
  id: string;
  title: string;
  /** Whether it counts turns of a scope; else it is a part of what there is to read. */
  isScope: boolean;
};

/** How far a node has come, where it knows how much there is: a line at its foot, with words. */
export function NodeProgress({ id, title, isScope }: Props) {
  const progress = useGantry((state) => state.run?.nodes[id]?.progress);
  const goes = useGantry((state) => state.run?.nodes[id]?.status === "running");
  if (!progress || !goes || progress.of === 0) return null;
  const part = Math.min(100, Math.floor((progress.done * 100) / progress.of));
  const words = isScope
    ? t("node.progress", { done: formatCount(progress.done), of: formatCount(progress.of) })
    : t("node.progressPart", { part });
  return (
    <div
      className={styles.progress}
      role="progressbar"
      aria-label={t("node.progressLabel", { title, progress: words })}
      aria-valuenow={part}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <span className={styles.words}>{words}</span>
      <span className={styles.track}>
        <span style={{ width: `${part}%` }} />
      </span>
    </div>
  );
}
