import { CircleParking, Download, Filter, X } from "lucide-react";
import { useEffect } from "react";
import { loadFlows } from "../actions/flows";
import { exportParked, filterParked, loadParked } from "../actions/parked";
import { Segments } from "../form/Segments";
import { Badge } from "../kit/Badge";
import { Button, IconButton } from "../kit/Button";
import { EmptyState } from "../kit/EmptyState";
import { Select } from "../kit/Select";
import { Spinner } from "../kit/Spinner";
import { useGantry } from "../model/store";
import flows from "../screens/Flows.module.css";
import { t } from "../words/t";
import { GroupList } from "./GroupList";
import { GroupPane } from "./GroupPane";
import styles from "./Parked.module.css";

const ALL = "";
const STATES = ["open", "retrying", "resolved"] as const;

/** Items that failed and were kept aside: by reason, to be mended and tried again. */
export function ParkedScreen() {
  const groups = useGantry((state) => state.parked.groups);
  const filter = useGantry((state) => state.parked.filter);
  const isFiltered = filter.flow !== null || filter.run !== null;
  useEffect(() => {
    void loadParked();
    void loadFlows();
  }, []);
  return (
    <main className={styles.screen}>
      <Head isEmpty={groups === null || groups.length === 0} />
      {groups === null && (
        <div className={styles.loading}>
          <Spinner label={t("parked.loading")} size={20} />
        </div>
      )}
      {groups?.length === 0 && isFiltered && (
        <EmptyState
          icon={Filter}
          title={t(`parked.none.${filter.state}`)}
          text={t("parked.noneFiltered")}
        >
          <Button onPress={() => filterParked({ flow: null, run: null })}>
            {t("parked.showAll")}
          </Button>
        </EmptyState>
      )}
      {groups?.length === 0 && !isFiltered && (
        <EmptyState
          icon={CircleParking}
          title={t(`parked.none.${filter.state}`)}
          text={filter.state === "open" ? t("parked.noneHint") : ""}
        />
      )}
      {groups !== null && groups.length > 0 && (
        <div className={styles.body}>
          <GroupList groups={groups} />
          <GroupPane />
        </div>
      )}
    </main>
  );
}

function Head({ isEmpty }: { isEmpty: boolean }) {
  const filter = useGantry((state) => state.parked.filter);
  const known = useGantry((state) => state.flows);
  return (
    <header className={flows.header}>
      <h1 className={flows.title}>{t("rail.parked")}</h1>
      <Segments
        label={t("parked.state")}
        value={filter.state}
        options={STATES.map((value) => ({ value, label: t(`parked.state.${value}`) }))}
        onChange={(state) => filterParked({ state })}
      />
      <div className={styles.flow}>
        <Select
          label={t("parked.flow")}
          labelHidden
          value={filter.flow ?? ALL}
          options={[
            { value: ALL, label: t("parked.allFlows") },
            ...(known ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(flow) => filterParked({ flow: flow === ALL ? null : flow })}
        />
      </div>
      {filter.run !== null && (
        <span className={styles.ofRun}>
          <Badge tone="accent">{t("parked.ofRun")}</Badge>
          <IconButton
            label={t("parked.ofRunEnd")}
            icon={X}
            size="small"
            onPress={() => filterParked({ run: null })}
          />
        </span>
      )}
      <span className={styles.gap} />
      {!isEmpty && (
        <Button icon={Download} label={t("parked.exportAll")} onPress={() => void exportParked()}>
          {t("parked.export")}
        </Button>
      )}
    </header>
  );
}
