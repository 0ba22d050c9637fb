import { History, Search } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { loadFlows } from "../actions/flows";
import { deleteRun } from "../actions/runs";
import type { RunStatus } from "../bindings/RunStatus";
import type { RunSummary } from "../bindings/RunSummary";
import { runStanding } from "../inspector/status";
import { Button } from "../kit/Button";
import { Confirm } from "../kit/Dialog";
import { EmptyState } from "../kit/EmptyState";
import { Select } from "../kit/Select";
import { Spinner } from "../kit/Spinner";
import { TextInput } from "../kit/TextInput";
import { useGantry } from "../model/store";
import { formatDate } from "../words/format";
import { t } from "../words/t";
import flows from "./Flows.module.css";
import { RunList } from "./RunList";
import styles from "./Runs.module.css";
import { runsMatching } from "./searching";
import { useRuns } from "./useRuns";

const ALL = "";
const STATUSES: RunStatus[] = ["running", "ok", "ok_with_rejects", "failed", "cancelled"];

/** The history of runs: filtered, searched, opened again, deleted. */
export function RunsScreen() {
  const known = useGantry((state) => state.flows);
  // A run that starts or ends anywhere changes the list.
  const beat = useGantry((state) => {
    const last = state.flows?.map(({ last_run: run }) => `${run?.id} ${run?.status}`);
    return `${state.run?.run.id} ${state.run?.run.status} ${last?.join()}`;
  });
  const [flow, setFlow] = useState(ALL);
  const [status, setStatus] = useState<RunStatus | typeof ALL>(ALL);
  const [search, setSearch] = useState("");
  const [deleted, setDeleted] = useState(0);
  const [doomed, setDoomed] = useState<RunSummary>();
  useEffect(() => void loadFlows(), []);
  const { runs, error, hasMore, loadMore } = useRuns(
    { flow: flow || undefined, status: status || undefined },
    `${beat} ${deleted}`,
  );
  const found = useMemo(() => runsMatching(runs ?? [], search), [runs, search]);
  const isFiltered = flow !== ALL || status !== ALL || search !== "";
  return (
    <main className={flows.screen}>
      <div className={flows.page}>
        <header className={flows.header}>
          <h1 className={flows.title}>{t("rail.runs")}</h1>
          <div className={styles.filter}>
            <Select
              label={t("runs.flow")}
              labelHidden
              value={flow}
              options={[
                { value: ALL, label: t("runs.allFlows") },
                ...(known ?? []).map((each) => ({ value: each.id, label: each.name })),
              ]}
              onChange={setFlow}
            />
          </div>
          <div className={styles.filter}>
            <Select<RunStatus | typeof ALL>
              label={t("runs.status")}
              labelHidden
              value={status}
              options={[
                { value: ALL, label: t("runs.allStates") },
                ...STATUSES.map((each) => ({ value: each, label: runStanding(each).word })),
              ]}
              onChange={setStatus}
            />
          </div>
          <div className={flows.search}>
            <TextInput
              label={t("runs.search")}
              labelHidden
              icon={Search}
              value={search}
              placeholder={t("runs.search")}
              onChange={setSearch}
            />
          </div>
        </header>
        {error !== undefined && <EmptyState title={t("runs.failed")} text={error} />}
        {runs === null && error === undefined && <Spinner label={t("runs.loading")} size={20} />}
        {runs !== null && found.length === 0 && (
          <EmptyState
            icon={History}
            title={isFiltered ? t("runs.noneFiltered") : t("runs.none")}
            text={isFiltered ? t("runs.noneFilteredHint") : t("runs.noneHint")}
          >
            {isFiltered && (
              <Button
                onPress={() => {
                  setFlow(ALL);
                  setStatus(ALL);
                  setSearch("");
                }}
              >
                {t("runs.showAll")}
              </Button>
            )}
          </EmptyState>
        )}
        {found.length > 0 && (
          <RunList runs={found} hasMore={hasMore} onMore={loadMore} onDelete={setDoomed} />
        )}
      </div>
      {doomed && (
        <Confirm
          title={t("runs.deleteTitle")}
          text={t("runs.deleteText", {
            flow: doomed.flow_name,
            time: formatDate(doomed.started_at),
          })}
          confirm={t("runs.delete")}
          cancel={t("confirm.cancel")}
          onConfirm={() => void deleteRun(doomed.id).then(() => setDeleted((times) => times + 1))}
          onClose={() => setDoomed(undefined)}
        />
      )}
    </main>
  );
}
