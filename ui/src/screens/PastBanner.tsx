import { History, RotateCw } from "lucide-react";
import { openFlow } from "../actions/flows";
import { askToRetry } from "../actions/retry";
import { Button } from "../kit/Button";
import { isOver } from "../model/run";
import { useGantry } from "../model/store";
import { formatDate } from "../words/format";
import { t } from "../words/t";
import styles from "./PastBanner.module.css";

/** Says that a run of the past is shown, and leads back to the flow as it is now. */
export function PastBanner() {
  const past = useGantry((state) => state.past);
  const flow = useGantry((state) => state.open?.flow.id);
  const run = useGantry((state) => state.run?.run);
  if (!past || flow === undefined || run === undefined) return null;
  return (
    <div className={styles.banner} role="status">
      <History size={16} aria-hidden />
      <span className={styles.text}>
        {t("canvas.history", { time: formatDate(run.started_at) })}
      </span>
      <span className={styles.summary}>{run.summary}</span>
      {isOver(run.status) && (
        <Button size="small" icon={RotateCw} onPress={() => askToRetry(run)}>
          {t("retry.action")}
        </Button>
      )}
      <Button size="small" onPress={() => void openFlow(flow)}>
        {t("canvas.historyBack")}
      </Button>
    </div>
  );
}
