import { ChevronDown, CircleStop, Play, X } from "lucide-react";
import { Button as AriaButton, DialogTrigger } from "react-aria-components";
import { action, keysOf } from "../actions/all";
import { backToLive } from "../actions/conduct";
import { MODE_ICONS } from "../actions/mode-icons";
import { Tooltip } from "../kit/Tooltip";
import { isLive } from "../model/conduct";
import { isUnderWay, store, useGantry } from "../model/store";
import { t } from "../words/t";
import { RunOptions } from "./RunOptions";
import styles from "./TopBar.module.css";

function run(id: string): void {
  action(id).run(store.getState());
}

/** Says how the next run is made, where that is not live, and leads back to live. */
function ConductChip() {
  const conduct = useGantry((state) => state.conduct);
  if (isLive(conduct)) return null;
  const { mode, cassette, faults, nodes } = conduct;
  const own = Object.keys(nodes).length;
  const Icon = MODE_ICONS[mode];
  const words = [
    t(`mode.${mode}`),
    mode === "replay" || mode === "mock" ? cassette : null,
    own > 0 ? t("conduct.nodesOn", { n: own }) : null,
    faults.length > 0 ? t("conduct.faultsOn", { n: faults.length }) : null,
  ].filter(Boolean);
  return (
    <span className={styles.conduct} title={t("mode.chip", { mode: words.join(", ") })}>
      <Icon size={14} aria-hidden />
      <span className={styles.conductText}>{words.join(" · ")}</span>
      <Tooltip text={t("mode.back")}>
        <AriaButton className={styles.conductEnd} aria-label={t("mode.back")} onPress={backToLive}>
          <X size={12} aria-hidden />
        </AriaButton>
      </Tooltip>
    </span>
  );
}

/** Run or Stop, and beside it how the next run is made. */
export function RunButtons() {
  const running = useGantry(isUnderWay);
  return (
    <div className={styles.run}>
      <ConductChip />
      {running ? (
        <Tooltip text={t("action.stop")} keys={keysOf("stop")}>
          <AriaButton className={styles.stopButton} onPress={() => run("stop")}>
            <CircleStop size={16} aria-hidden />
            {t("top.stop")}
          </AriaButton>
        </Tooltip>
      ) : (
        <Tooltip text={t("action.run")} keys={keysOf("run")}>
          <AriaButton className={styles.runButton} onPress={() => run("run")}>
            <Play size={16} aria-hidden />
            {t("top.run")}
          </AriaButton>
        </Tooltip>
      )}
      <DialogTrigger>
        <AriaButton
          className={running ? styles.stopMore : styles.runMore}
          aria-label={t("top.runMenu")}
        >
          <ChevronDown size={14} aria-hidden />
        </AriaButton>
        <RunOptions />
      </DialogTrigger>
    </div>
  );
}
