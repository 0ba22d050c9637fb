import { Play, StepForward } from "lucide-react";
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
import { startRun } from "../actions/runs";
import { Button } from "../kit/Button";
import { Select } from "../kit/Select";
import { TextInput } from "../kit/TextInput";
import { MODES, type Mode } from "../model/conduct";
import { onlyNode } from "../model/selection";
import { useGantry } from "../model/store";
import { t } from "../words/t";
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
            if (chosen) setConduct({ mode: chosen });
          }}
        >
          {MODES.map((each) => (
            <ModeRadio key={each} mode={each} />
          ))}
        </RadioGroup>
        {(mode === "replay" || mode === "record") && <CassetteChoice mode={mode} />}
        <FaultList />
      </div>
      <Foot />
    </>
  );
}

function ModeRadio({ mode }: { mode: Mode }) {
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

function CassetteChoice({ mode }: { mode: "replay" | "record" }) {
  const cassettes = useGantry((state) => state.cassettes);
  const chosen = useGantry((state) => state.conduct.cassette);
  if (mode === "record") {
    return (
      <TextInput
        label={t("conduct.newCassette")}
        help={t("conduct.newCassetteHelp")}
        value={chosen ?? ""}
        onChange={(name) => setConduct({ cassette: name === "" ? null : name })}
      />
    );
  }
  if (cassettes?.length === 0) return <p className={styles.about}>{t("conduct.noCassette")}</p>;
  return (
    <Select
      label={t("conduct.cassette")}
      placeholder={t("conduct.chooseCassette")}
      value={chosen}
      options={(cassettes ?? []).map(({ name }) => ({ value: name, label: name }))}
      onChange={(cassette) => setConduct({ cassette })}
    />
  );
}

function Foot() {
  const popover = useContext(OverlayTriggerStateContext);
  const node = useGantry((state) => onlyNode(state.selection));
  const isBusy = useGantry((state) => state.run?.run.status === "running");
  const isPast = useGantry((state) => state.past);
  const start = (only?: string) => {
    popover?.close();
    void startRun(only);
  };
  return (
    <div className={styles.foot}>
      {node !== null && !isPast && (
        <Button icon={StepForward} disabled={isBusy} onPress={() => start(node)}>
          {t("conduct.runNode")}
        </Button>
      )}
      <Button icon={Play} variant="primary" disabled={isBusy} onPress={() => start()}>
        {t("conduct.run")}
      </Button>
    </div>
  );
}
