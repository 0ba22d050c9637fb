import { History, SearchX } from "lucide-react";
import { useEffect, useState } from "react";
import { loadFlows } from "../actions/flows";
import { loadHistory, loadOlderRuns, showAllRuns } from "../actions/history";
import { deleteRun } from "../actions/runs";
import type { RunSummary } from "../bindings/RunSummary";
import { Button } from "../kit/Button";
import { Confirm } from "../kit/Dialog";
import { EmptyState } from "../kit/EmptyState";
import { Spinner } from "../kit/Spinner";
import { isNarrowed } from "../model/history";
import { useGantry } from "../model/store";
import { formatCount, formatDate } from "../words/format";
import { t } from "../words/t";
import flows from "./Flows.module.css";
import { RunFilters } from "./RunFilters";
import { RunList } from "./RunList";
import styles from "./Runs.module.css";

/** The history of runs: narrowed, searched, opened again, deleted. */
export function RunsScreen() {
  const [doomed, setDoomed] = useState<RunSummary>();
  useEffect(() => {
    void loadFlows();
    void loadHistory();
  }, []);
  return (
    <main className={flows.screen}>
      <div className={flows.page}>
        <header className={flows.header}>
          <h1 className={flows.title}>{t("rail.runs")}</h1>
          <RunFilters />
        </header>
        <Runs onDelete={setDoomed} />
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
          onConfirm={() => void deleteRun(doomed.id)}
          onClose={() => setDoomed(undefined)}
        />
      )}
    </main>
  );
}

function Runs({ onDelete }: { onDelete: (run: RunSummary) => void }) {
  const { runs, error, filter, hasMore } = useGantry((state) => state.history);
  const isAsking = useGantry((state) => state.history.isAsking);
  if (error !== null && runs === null) {
    return (
      <EmptyState title={t("runs.failed")} text={error}>
        <Button onPress={() => void loadHistory()}>{t("runs.tryAgain")}</Button>
      </EmptyState>
    );
  }
  if (runs === null) return <Spinner label={t("runs.loading")} size={20} />;
  if (runs.length === 0) return <None isNarrowed={isNarrowed(filter)} />;
  const count = formatCount(runs.length);
  return (
    <>
      <p className={styles.count} role="status">
        {hasMore ? t("runs.shownMore", { count }) : t("runs.shown", { n: runs.length, count })}
        {isAsking && <Spinner label={t("runs.loadingOlder")} size={12} />}
        {error !== null && (
          <>
            <span className={styles.rejected}>{error}</span>
            <Button size="small" onPress={() => void loadOlderRuns()}>
              {t("runs.tryAgain")}
            </Button>
          </>
        )}
      </p>
      <RunList runs={runs} onDelete={onDelete} />
    </>
  );
}

function None({ isNarrowed: narrowed }: { isNarrowed: boolean }) {
  if (!narrowed)
    return <EmptyState icon={History} title={t("runs.none")} text={t("runs.noneHint")} />;
  return (
    <EmptyState icon={SearchX} title={t("runs.noneFiltered")} text={t("runs.noneFilteredHint")}>
      <Button onPress={showAllRuns}>{t("runs.showAll")}</Button>
    </EmptyState>
  );
}
