import { useEffect, useState } from "react";
import { keepHistory, loadKept } from "../actions/keep-history";
import type { HistoryView } from "../bindings/HistoryView";
import type { Retention } from "../bindings/Retention";
import { Button } from "../kit/Button";
import { Confirm } from "../kit/Dialog";
import { Spinner } from "../kit/Spinner";
import { TextInput } from "../kit/TextInput";
import {
  BOUNDS,
  type Bound,
  boundIn,
  type Draft,
  draftOf,
  isNarrower,
  retentionIn,
} from "../model/retention";
import { useGantry } from "../model/store";
import { formatBytes, formatCount, formatDate } from "../words/format";
import { t } from "../words/t";
import styles from "./Settings.module.css";
import { Line } from "./SettingsLine";

/** How large the history of runs is, and how long runs are kept. */
export function HistorySettings() {
  const { view, error } = useGantry((state) => state.kept);
  useEffect(() => void loadKept(), []);
  if (error !== null) {
    return (
      <Line label={t("retention.failed")} help={error}>
        <Button onPress={() => void loadKept()}>{t("runs.tryAgain")}</Button>
      </Line>
    );
  }
  if (view === null) {
    return (
      <Line label={t("retention.size")} help={t("retention.sizeHelp")}>
        <Spinner label={t("retention.size")} size={16} />
      </Line>
    );
  }
  return (
    <>
      <Line label={t("retention.size")} help={t("retention.sizeHelp")}>
        <span className={styles.size}>{sizeOf(view)}</span>
      </Line>
      <Bounds key={JSON.stringify(view.retention)} now={view.retention} />
    </>
  );
}

function sizeOf({ runs, bytes, oldest }: HistoryView): string {
  if (runs === 0) return t("retention.sizeEmpty");
  const size = formatBytes(bytes);
  const count = formatCount(runs);
  if (oldest === undefined) return t("retention.sizeShort", { runs: count, size });
  return t("retention.sizeText", { runs: count, size, oldest: formatDate(oldest) });
}

function Bounds({ now }: { now: Retention }) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(now));
  const [asked, setAsked] = useState<Retention | null>(null);
  const next = retentionIn(draft);
  const isChanged = BOUNDS.some((bound) => draft[bound].trim() !== draftOf(now)[bound]);
  const save = () => {
    if (next === null) return;
    // Runs are deleted at once where a bound gets narrower.
    if (isNarrower(next, now)) setAsked(next);
    else void keepHistory(next);
  };
  return (
    <>
      {BOUNDS.map((bound) => (
        <BoundLine
          key={bound}
          bound={bound}
          text={draft[bound]}
          onChange={(text) => setDraft({ ...draft, [bound]: text })}
        />
      ))}
      <Line label="" help={t("retention.hint")}>
        <span className={styles.buttons}>
          <Button disabled={!isChanged} onPress={() => setDraft(draftOf(now))}>
            {t("retention.undo")}
          </Button>
          <Button variant="primary" disabled={!isChanged || next === null} onPress={save}>
            {t("retention.save")}
          </Button>
        </span>
      </Line>
      {asked && (
        <Confirm
          title={t("retention.confirmTitle")}
          text={t("retention.confirmText")}
          confirm={t("retention.confirm")}
          cancel={t("retention.cancel")}
          onConfirm={() => void keepHistory(asked)}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}

type BoundProps = { bound: Bound; text: string; onChange: (text: string) => void };

function BoundLine({ bound, text, onChange }: BoundProps) {
  const isBad = boundIn(text) === null;
  return (
    <Line label={t(`retention.${bound}`)} help={t(`retention.${bound}Help`)}>
      <span className={styles.bound}>
        <TextInput
          label={t(`retention.${bound}`)}
          labelHidden
          value={text}
          placeholder={t("retention.empty")}
          onChange={onChange}
          {...(isBad ? { error: t("retention.bad") } : {})}
        />
        <span className={styles.unit}>{t(`retention.unit.${bound}`)}</span>
      </span>
    </Line>
  );
}
