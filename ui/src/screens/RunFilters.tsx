import { Search } from "lucide-react";
import { narrowHistory } from "../actions/history";
import { runStanding } from "../inspector/status";
import { DateInput } from "../kit/DateInput";
import { Select } from "../kit/Select";
import { TextInput } from "../kit/TextInput";
import { RANGES, type RunFilter, STATUSES } from "../model/history";
import { useGantry } from "../model/store";
import { KNOWN_TRIGGERS, triggerWord } from "../words/runs";
import { t } from "../words/t";
import flows from "./Flows.module.css";
import styles from "./Runs.module.css";

/** What the list of runs is narrowed by. */
export function RunFilters() {
  const filter = useGantry((state) => state.history.filter);
  return (
    <>
      <Choices filter={filter} />
      <div className={styles.narrow}>
        <Select
          label={t("runs.range")}
          labelHidden
          value={filter.range}
          options={RANGES.map((value) => ({ value, label: t(`range.${value}`) }))}
          onChange={(range) => narrowHistory({ range })}
        />
      </div>
      {filter.range === "days" && <Days filter={filter} />}
      <div className={flows.search}>
        <TextInput
          label={t("runs.search")}
          labelHidden
          icon={Search}
          value={filter.text}
          placeholder={t("runs.search")}
          onChange={(text) => narrowHistory({ text })}
        />
      </div>
    </>
  );
}

function Choices({ filter }: { filter: RunFilter }) {
  const known = useGantry((state) => state.flows);
  return (
    <>
      <div className={styles.filter}>
        <Select
          label={t("runs.flow")}
          labelHidden
          value={filter.flow}
          options={[
            { value: "", label: t("runs.allFlows") },
            ...(known ?? []).map((each) => ({ value: each.id, label: each.name })),
          ]}
          onChange={(flow) => narrowHistory({ flow })}
        />
      </div>
      <div className={styles.filter}>
        <Select<RunFilter["status"]>
          label={t("runs.status")}
          labelHidden
          value={filter.status}
          options={[
            { value: "", label: t("runs.allStates") },
            ...STATUSES.map((each) => ({ value: each, label: runStanding(each).word })),
          ]}
          onChange={(status) => narrowHistory({ status })}
        />
      </div>
      <div className={styles.narrow}>
        <Select
          label={t("runs.trigger")}
          labelHidden
          value={filter.trigger}
          options={[
            { value: "", label: t("runs.allTriggers") },
            ...KNOWN_TRIGGERS.map((each) => ({ value: each, label: triggerWord(each) })),
          ]}
          onChange={(trigger) => narrowHistory({ trigger })}
        />
      </div>
    </>
  );
}

function Days({ filter }: { filter: RunFilter }) {
  return (
    <div className={styles.days}>
      <DateInput
        label={t("range.from")}
        value={filter.from}
        onChange={(from) => narrowHistory({ from })}
      />
      <DateInput label={t("range.to")} value={filter.to} onChange={(to) => narrowHistory({ to })} />
    </div>
  );
}
