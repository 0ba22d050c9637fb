import { CirclePlay } from "lucide-react";
import { decideWrites } from "../actions/decide-writes";
import { resumeRun } from "../actions/resume-run";
import { loadWrites } from "../actions/show-writes";
import type { WritesView } from "../bindings/WritesView";
import { Button } from "../kit/Button";
import { Dialog } from "../kit/Dialog";
import { EmptyState } from "../kit/EmptyState";
import { Spinner } from "../kit/Spinner";
import { undecided, type Writes } from "../model/interrupted";
import { useGantry } from "../model/store";
import { formatCount } from "../words/format";
import { t } from "../words/t";
import styles from "./Writes.module.css";
import { WritesTable } from "./WritesTable";

type Props = { run: string; flow: string; onClose: () => void };

/** What a run wrote. Where its process ended in the midst of a write, the user says what is true. */
export function WritesDialog({ run, flow, onClose }: Props) {
  const writes = useGantry((state) => (state.writes?.run === run ? state.writes : null));
  // The run is known as one that is shown, or as one that was found at the start or in the list.
  const isInterrupted = useGantry(({ run: shown, interrupted, history }) => {
    const known = [...(shown ? [shown.run] : []), ...interrupted.wait, ...(history.runs ?? [])];
    return known.some((each) => each.id === run && each.status === "interrupted");
  });
  const title = t(isInterrupted ? "interrupted.title" : "writes.title", { flow });
  return (
    <Dialog title={title} size="large" onClose={onClose}>
      <div className={styles.dialog}>
        <Body writes={writes} isInterrupted={isInterrupted} />
        <div className={styles.buttons}>
          {writes?.view && isInterrupted && <Resume run={run} writes={writes} view={writes.view} />}
          <Button onPress={onClose}>{t("writes.close")}</Button>
        </div>
      </div>
    </Dialog>
  );
}

function Body({ writes, isInterrupted }: { writes: Writes | null; isInterrupted: boolean }) {
  if (writes?.error) {
    return (
      <EmptyState title={t("writes.failed")} text={writes.error}>
        <Button onPress={() => void loadWrites(writes.run)}>{t("runs.tryAgain")}</Button>
      </EmptyState>
    );
  }
  if (!writes?.view) return <Spinner label={t("writes.loading")} size={20} />;
  const { view, run, isBusy } = writes;
  return (
    <>
      <Lead view={view} isInterrupted={isInterrupted} />
      {view.writes.length === 0 ? (
        <EmptyState title={t("writes.none")} text={t("writes.noneHint")} />
      ) : (
        <>
          <Counts view={view} />
          {isInterrupted && view.unknown > 0 && <ForAll run={run} isBusy={isBusy} />}
          <WritesTable run={run} view={view} canDecide={isInterrupted} isBusy={isBusy} />
        </>
      )}
    </>
  );
}

function Lead({ view, isInterrupted }: { view: WritesView; isInterrupted: boolean }) {
  if (!isInterrupted) return null;
  const text =
    view.unknown > 0 ? t("interrupted.lead", { n: view.unknown }) : t("interrupted.safe");
  return <p className={styles.lead}>{text}</p>;
}

function Counts({ view }: { view: WritesView }) {
  const counts = t("writes.counts", {
    done: formatCount(view.done),
    not_done: formatCount(view.not_done),
    unknown: formatCount(view.unknown),
  });
  const all = view.done + view.not_done + view.unknown;
  const isCut = view.writes.length < all;
  return (
    <p className={styles.counts}>
      {counts}
      {isCut && ` ${t("writes.only", { n: formatCount(view.writes.length) })}`}
    </p>
  );
}

function ForAll({ run, isBusy }: { run: string; isBusy: boolean }) {
  return (
    <div className={styles.all}>
      <span>{t("writes.all")}</span>
      <Button size="small" disabled={isBusy} onPress={() => void decideWrites(run, "done")}>
        {t("writes.wasDone")}
      </Button>
      <Button size="small" disabled={isBusy} onPress={() => void decideWrites(run, "repeat")}>
        {t("writes.again")}
      </Button>
    </div>
  );
}

function Resume({ run, writes, view }: { run: string; writes: Writes; view: WritesView }) {
  const left = undecided(view).length;
  return (
    <>
      <span className={styles.left} role="status">
        {left > 0 ? t("writes.left", { n: left }) : view.unknown > 0 ? t("writes.ready") : ""}
      </span>
      <Button
        variant="primary"
        icon={CirclePlay}
        disabled={left > 0 || writes.isBusy}
        onPress={() => void resumeRun(run)}
      >
        {t("writes.resume")}
      </Button>
    </>
  );
}
