import { Check, ExternalLink, Radio, X } from "lucide-react";
import { decide, sendSignal } from "../actions/inbox";
import { openRun } from "../actions/runs";
import type { InboxItem } from "../bindings/InboxItem";
import { jsonText } from "../data/JsonEditor";
import { readJson } from "../form/json";
import { Badge } from "../kit/Badge";
import { Button } from "../kit/Button";
import { TextInput } from "../kit/TextInput";
import { changedFields } from "../model/changes";
import { draftOf, isForPerson } from "../model/inbox";
import { store, useGantry } from "../model/store";
import { useNow } from "../screens/useNow";
import { formatAgo, formatDate } from "../words/format";
import { t } from "../words/t";
import { Due } from "./Due";
import styles from "./Inbox.module.css";
import { ItemView } from "./ItemView";
import { outcomeWord } from "./Questions";

/** One question: what is asked, the data that it is about, and the answer. */
export function Question({ item }: { item: InboxItem }) {
  const now = useNow();
  const isOpen = item.outcome === undefined;
  const [draft] = useAnswer(item.id);
  return (
    <section className={styles.detail} aria-label={t("inbox.detail")}>
      <header className={styles.head}>
        <h2 className={styles.title}>
          {item.question ?? t("inbox.signal", { name: item.signal })}
        </h2>
        {!isForPerson(item) && isOpen && (
          <p className={styles.quietText}>{t("inbox.signalHint")}</p>
        )}
        <div className={styles.facts}>
          <span>{t("inbox.where", { flow: item.flow_name, node: item.node_name })}</span>
          <span title={formatDate(item.at)}>
            {t("inbox.asked", { time: formatAgo(item.at, now) })}
          </span>
          {isOpen && (item.due === undefined ? t("inbox.noDue") : <Due due={item.due} now={now} />)}
          <Button
            size="small"
            variant="quiet"
            icon={ExternalLink}
            onPress={() => void openRun(item.run)}
          >
            {t("inbox.run")}
          </Button>
        </div>
        {item.outcome !== undefined && <Answered item={item} outcome={item.outcome} />}
      </header>
      <div className={styles.data}>
        <ItemView item={item} draft={draft.text} canEdit={isOpen} />
      </div>
      {isOpen && <Answer item={item} />}
    </section>
  );
}

function Answered({ item, outcome }: { item: InboxItem; outcome: string }) {
  const isYes = outcome === "approved" || outcome === "signalled";
  return (
    <p className={styles.answered}>
      <Badge tone={isYes ? "ok" : "warning"}>{outcomeWord(outcome)}</Badge>
      {item.answered_at !== undefined && (
        <span className={styles.quiet}>{formatDate(item.answered_at)}</span>
      )}
      {item.note && <span>{item.note}</span>}
    </p>
  );
}

type Draft = { text: string | null; note: string };

/** The answer that is being written; it stays while one looks at another question. */
function useAnswer(id: number): [Draft, (change: Partial<Draft>) => void] {
  const text = useGantry((state) => draftOf(state.inbox, id).text);
  const note = useGantry((state) => draftOf(state.inbox, id).note);
  const change = (next: Partial<Draft>) =>
    store.setState(({ inbox }) => ({ inbox: { ...inbox, draft: { id, text, note, ...next } } }));
  return [{ text, note }, change];
}

function Answer({ item }: { item: InboxItem }) {
  const [{ text, note }, change] = useAnswer(item.id);
  const isDirty = text !== null && text !== jsonText(item.value);
  const reading = readJson(text ?? jsonText(item.value));
  const isBad = isDirty && (reading.fault !== undefined || reading.value === undefined);
  const fields = isDirty && !isBad ? changedFields(item.value, reading.value) : [];
  const value = isDirty ? { value: reading.value } : {};
  return (
    <footer className={styles.answer}>
      {isDirty && (
        <p className={styles.changed}>
          {!isBad && (
            <Badge tone="accent">
              {fields === null
                ? t("parked.changedAll")
                : t("inbox.edited", { fields: fields.join(", ") })}
            </Badge>
          )}
          <Button size="small" variant="quiet" onPress={() => change({ text: null })}>
            {t("inbox.undoEdit")}
          </Button>
        </p>
      )}
      <div className={styles.answerRow}>
        {isForPerson(item) ? (
          <>
            <div className={styles.note}>
              <TextInput
                label={t("inbox.note")}
                labelHidden
                placeholder={t("inbox.notePlaceholder")}
                value={note}
                onChange={(next) => change({ note: next })}
              />
            </div>
            <Button
              variant="danger"
              icon={X}
              onPress={() => void decide(item.id, { approve: false, note })}
            >
              {t("inbox.reject")}
            </Button>
            <Button
              variant="primary"
              icon={Check}
              disabled={isBad}
              onPress={() => void decide(item.id, { approve: true, note, ...value })}
            >
              {t(isDirty ? "inbox.approveEdited" : "inbox.approve")}
            </Button>
          </>
        ) : (
          <>
            <span className={styles.gap} />
            <Button
              icon={Radio}
              disabled={isBad}
              onPress={() => void sendSignal(item.run, item.signal, value.value)}
            >
              {t("inbox.send")}
            </Button>
          </>
        )}
      </div>
    </footer>
  );
}
