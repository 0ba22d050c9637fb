import { ArrowRightToLine, ListPlus, Play } from "lucide-react";
import { useContext, useEffect } from "react";
import {
  Dialog,
  Heading,
  OverlayTriggerStateContext,
  Popover,
  Radio,
  RadioGroup,
} from "react-aria-components";
import { loadCassettes } from "../actions/cassettes";
import { setConduct } from "../actions/conduct";
import { MODE_ICONS } from "../actions/mode-icons";
import { planSelected } from "../actions/partial";
import { askForInput } from "../actions/run-with";
import { startRun } from "../actions/runs";
import type { RunMode } from "../bindings/RunMode";
import { Button } from "../kit/Button";
import { MODES, withMode } from "../model/conduct";
import type { Part } from "../model/partial";
import { onlyNode } from "../model/selection";
import { isUnderWay, useGantry } from "../model/store";
import { t } from "../words/t";
import { CassetteChoice } from "./CassetteChoice";
import { FaultList } from "./FaultList";
import styles from "./RunOptions.module.css";

/** How the next run is made: live or not, from which cassette, with which faults. */
export function RunOptions() {
  return (
    <Popover className={styles.popover ?? ""} placement="bottom end" offset={4}>
      <Dialog className={styles.dialog ?? ""}>
        <Options />
      </Dialog>
    </Popover>
  );
}

function Options() {
  const mode = useGantry((state) => state.conduct.mode);
  useEffect(() => void loadCassettes(), []);
  return (
    <>
      <Heading slot="title" className={styles.title}>
        {t("conduct.title")}
      </Heading>
      <div className={styles.body}>
        <RadioGroup
          className={styles.modes ?? ""}
          aria-label={t("mode.label")}
          value={mode}
          onChange={(value) => {
            const chosen = MODES.find((each) => each === value);
            if (chosen) setConduct((conduct) => withMode(conduct, chosen));
          }}
        >
          {MODES.map((each) => (
            <ModeRadio key={each} mode={each} />
          ))}
        </RadioGroup>
        <CassetteChoice />
        <FaultList />
      </div>
      <Foot />
    </>
  );
}

function ModeRadio({ mode }: { mode: RunMode }) {
  const Icon = MODE_ICONS[mode];
  return (
    <Radio value={mode} className={styles.mode ?? ""}>
      <Icon size={16} aria-hidden />
      <span>
        <span className={styles.modeName}>{t(`mode.${mode}`)}</span>
        <span className={styles.about}>{t(`mode.about.${mode}`)}</span>
      </span>
    </Radio>
  );
}

function Foot() {
  const popover = useContext(OverlayTriggerStateContext);
  const node = useGantry((state) => onlyNode(state.selection));
  const isBusy = useGantry(isUnderWay);
  const isPast = useGantry((state) => state.past);
  const start = () => {
    popover?.close();
    void startRun();
  };
  const ask = () => {
    popover?.close();
    void askForInput();
  };
  const plan = (kind: Part["kind"]) => {
    popover?.close();
    planSelected(kind);
  };
  return (
    <div className={styles.foot}>
      {node !== null && !isPast && (
        <Button icon={ArrowRightToLine} disabled={isBusy} onPress={() => plan("to")}>
          {t("action.runTo")}
        </Button>
      )}
      {!isPast && (
        <Button icon={ListPlus} disabled={isBusy} onPress={ask}>
          {t("runWith.ask")}
        </Button>
      )}
      <Button icon={Play} variant="primary" disabled={isBusy} onPress={start}>
        {t("conduct.run")}
      </Button>
    </div>
  );
}
