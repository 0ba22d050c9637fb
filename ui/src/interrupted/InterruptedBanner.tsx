import { Unplug, X } from "lucide-react";
import { showScreen } from "../actions/flows";
import { narrowHistory } from "../actions/history";
import { putInterruptedAside } from "../actions/interrupted";
import { resumeRun } from "../actions/resume-run";
import { Button, IconButton } from "../kit/Button";
import { ALL_RUNS } from "../model/history";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./InterruptedBanner.module.css";

/** Who goes on: the runs by themselves, or once the user has said so. */
function whoGoesOn(goOn: number, wait: number): string {
  if (wait === 0) {
    return goOn === 1 ? t("interrupted.goesOnOne") : t("interrupted.goesOnAll");
  }
  if (goOn === 0) {
    return wait === 1 ? t("interrupted.waitsOne") : t("interrupted.waitsAll");
  }
  return t("interrupted.both", {
    goesOn: t("interrupted.goesOn", { n: goOn }),
    waits: t("interrupted.waits", { n: wait }),
  });
}

/** Says, at the start, that the end of the program broke runs off, and what becomes of them. */
export function InterruptedBanner() {
  const { goOn, wait, isAside } = useGantry((state) => state.interrupted);
  const all = goOn.length + wait.length;
  if (isAside || all === 0) return null;
  const [only] = wait;
  const showThem = () => {
    narrowHistory({ ...ALL_RUNS, status: "interrupted" });
    showScreen("runs");
    putInterruptedAside();
  };
  return (
    <div className={styles.banner} role="status">
      <Unplug size={16} aria-hidden />
      <span className={styles.text}>
        <strong>{t("interrupted.banner", { n: all })}</strong> {whoGoesOn(goOn.length, wait.length)}
      </span>
      {wait.length === 1 && only && (
        <Button size="small" onPress={() => void resumeRun(only.id)}>
          {t("interrupted.goOn")}
        </Button>
      )}
      {wait.length > 0 && (
        <Button size="small" variant={wait.length === 1 ? "quiet" : "plain"} onPress={showThem}>
          {t("interrupted.show", { n: wait.length })}
        </Button>
      )}
      <IconButton
        size="small"
        icon={X}
        label={t("interrupted.later")}
        onPress={putInterruptedAside}
      />
    </div>
  );
}
