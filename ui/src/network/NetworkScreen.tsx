import { Download, Filter, RefreshCw, ShieldCheck } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { loadFlows } from "../actions/flows";
import { exportNetwork } from "../actions/network";
import type { NetworkEntry } from "../bindings/NetworkEntry";
import { CallBrowser } from "../calls/CallBrowser";
import { Button, IconButton } from "../kit/Button";
import { EmptyState } from "../kit/EmptyState";
import { Menu } from "../kit/Menu";
import { Select } from "../kit/Select";
import { Spinner } from "../kit/Spinner";
import {
  EVERYTHING,
  entriesMatching,
  hostsOf,
  type NetworkFilter,
  OUTCOMES,
} from "../model/network";
import { useGantry } from "../model/store";
import flows from "../screens/Flows.module.css";
import { formatCount } from "../words/format";
import { t } from "../words/t";
import { EntryDetail } from "./EntryDetail";
import styles from "./Network.module.css";
import { useNetwork } from "./useNetwork";

/** Everything that ever left this computer, and what was kept from leaving. */
export function NetworkScreen() {
  // Whatever starts, calls or ends anywhere makes the log longer.
  const beat = useGantry(({ run, flows: known }) =>
    [run?.run.id, run?.run.status, run?.calls.length, known?.map((f) => f.last_run?.id)].join(),
  );
  const [asked, setAsked] = useState(0);
  const { entries, error, hasMore, loadMore } = useNetwork(`${beat} ${asked}`);
  const [filter, setFilter] = useState<NetworkFilter>(EVERYTHING);
  const names = useFlowNames();
  const rows = useMemo(
    () =>
      entriesMatching(entries ?? [], filter).map((entry) => ({
        key: String(entry.seq),
        call: entry,
        entry,
        where: whereOf(entry, names),
      })),
    [entries, filter, names],
  );
  useEffect(() => void loadFlows(), []);
  const left = useMemo(() => (entries ?? []).filter((entry) => entry.has_left).length, [entries]);
  const isEmpty = entries !== null && entries.length === 0;
  return (
    <main className={styles.screen}>
      <header className={flows.header}>
        <h1 className={flows.title}>{t("rail.network")}</h1>
        {entries !== null && !isEmpty && (
          <>
            <Filters entries={entries} names={names} filter={filter} onFilter={setFilter} />
            <span className={styles.count}>
              {t("network.count", { n: left, count: `${formatCount(left)}${hasMore ? "+" : ""}` })}
            </span>
          </>
        )}
        <span className={styles.gap} />
        <IconButton
          icon={RefreshCw}
          label={t("network.refresh")}
          onPress={() => setAsked((times) => times + 1)}
        />
        {!isEmpty && <ExportMenu only={filter.host} />}
      </header>
      {error !== undefined && <EmptyState title={t("network.failed")} text={error} />}
      {entries === null && error === undefined && (
        <Spinner label={t("network.loading")} size={20} />
      )}
      {isEmpty && (
        <EmptyState icon={ShieldCheck} title={t("network.none")} text={t("network.noneHint")} />
      )}
      {!isEmpty && entries !== null && rows.length === 0 && (
        <EmptyState icon={Filter} title={t("network.noneFiltered")}>
          <Button onPress={() => setFilter(EVERYTHING)}>{t("network.showAll")}</Button>
        </EmptyState>
      )}
      {rows.length > 0 && (
        <CallBrowser
          label={t("rail.network")}
          rows={rows}
          detail={({ entry, where }) => <EntryDetail entry={entry} where={where} />}
          foot={
            hasMore && (
              <div className={styles.more}>
                <Button onPress={loadMore}>{t("network.older")}</Button>
              </div>
            )
          }
        />
      )}
    </main>
  );
}

function useFlowNames(): ReadonlyMap<string, string> {
  const known = useGantry((state) => state.flows);
  return useMemo(() => new Map(known?.map(({ id, name }) => [id, name])), [known]);
}

function whereOf({ flow, node, connection }: NetworkEntry, names: ReadonlyMap<string, string>) {
  if (flow === undefined) return connection ?? t("network.itself");
  return [names.get(flow) ?? flow, node].filter(Boolean).join(" · ");
}

type FilterProps = {
  entries: readonly NetworkEntry[];
  names: ReadonlyMap<string, string>;
  filter: NetworkFilter;
  onFilter: (filter: NetworkFilter) => void;
};

function Filters({ entries, names, filter, onFilter }: FilterProps) {
  const hosts = useMemo(() => hostsOf(entries), [entries]);
  const used = useMemo(() => [...new Set(entries.map((entry) => entry.flow))], [entries]);
  return (
    <>
      <div className={styles.filter}>
        <Select
          label={t("network.host")}
          labelHidden
          value={filter.host}
          options={[
            { value: "", label: t("network.allHosts") },
            ...hosts.map((host) => ({ value: host, label: host })),
          ]}
          onChange={(host) => onFilter({ ...filter, host })}
        />
      </div>
      <div className={styles.filter}>
        <Select
          label={t("network.flow")}
          labelHidden
          value={filter.flow}
          options={[
            { value: "", label: t("runs.allFlows") },
            ...used.flatMap((flow) =>
              flow === undefined ? [] : [{ value: flow, label: names.get(flow) ?? flow }],
            ),
          ]}
          onChange={(flow) => onFilter({ ...filter, flow })}
        />
      </div>
      <div className={styles.filter}>
        <Select
          label={t("network.outcome")}
          labelHidden
          value={filter.outcome}
          options={OUTCOMES.map((value) => ({ value, label: t(`network.outcome.${value}`) }))}
          onChange={(outcome) => onFilter({ ...filter, outcome })}
        />
      </div>
    </>
  );
}

function ExportMenu({ only }: { only: string }) {
  return (
    <Menu
      label={t("network.export")}
      placement="bottom end"
      entries={(["har", "csv"] as const).map((format) => ({
        id: format,
        label: t(`network.export.${format}`),
        icon: Download,
        run: () => void exportNetwork(format, only),
      }))}
    >
      <AriaButton className={styles.export}>
        <Download size={16} aria-hidden />
        {t("network.export")}
      </AriaButton>
    </Menu>
  );
}
