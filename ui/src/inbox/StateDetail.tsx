import { ExternalLink, Pencil, RotateCcw } from "lucide-react";
import { useState } from "react";
import { openRun } from "../actions/runs";
import { resetState, setStateValue } from "../actions/states";
import type { StateEntry } from "../bindings/StateEntry";
import { cellText, kindOf } from "../data/cells";
import { JsonEditor, jsonText } from "../data/JsonEditor";
import { readJson } from "../form/json";
import { useCall } from "../host/useCall";
import { Button, IconButton } from "../kit/Button";
import { Confirm } from "../kit/Dialog";
import { useGantry } from "../model/store";
import { formatDate } from "../words/format";
import { t } from "../words/t";
import styles from "./Inbox.module.css";
import own from "./States.module.css";

/** One remembered value: what it is, what it was, to be changed or reset. */
export function StateDetail({ entry }: { entry: StateEntry }) {
  const { flow, flow_name, key, value } = entry;
  const [draft, setDraft] = useState<string>();
  const [asksReset, setAsksReset] = useState(false);
  const reading = readJson(draft ?? "");
  const isBad = reading.fault !== undefined || reading.value === undefined;
  const keep = async () => {
    if (await setStateValue(flow, key, reading.value)) setDraft(undefined);
  };
  return (
    <section className={styles.detail} aria-label={t("states.detail")}>
      <header className={styles.head}>
        <h2 className={styles.title}>{key}</h2>
        <div className={styles.facts}>
          <span>{flow_name}</span>
          <span>{formatDate(entry.at)}</span>
          <span>{t(entry.run === undefined ? "states.byPerson" : "states.byRun")}</span>
          <span className={styles.gap} />
          {draft === undefined && (
            <Button size="small" icon={Pencil} onPress={() => setDraft(jsonText(value))}>
              {t("states.edit")}
            </Button>
          )}
          <Button
            size="small"
            variant="danger"
            icon={RotateCcw}
            disabled={value === undefined}
            onPress={() => setAsksReset(true)}
          >
            {t("states.reset")}
          </Button>
        </div>
      </header>
      <div className={own.now}>
        {draft === undefined ? (
          <pre className={own.whole} data-kind={kindOf(value)}>
            {value === undefined ? t("states.empty") : jsonText(value)}
          </pre>
        ) : (
          <>
            <JsonEditor label={t("states.editLabel")} text={draft} onChange={setDraft} />
            <div className={own.buttons}>
              <Button variant="primary" disabled={isBad} onPress={() => void keep()}>
                {t("states.keep")}
              </Button>
              <Button variant="quiet" onPress={() => setDraft(undefined)}>
                {t("states.discard")}
              </Button>
            </div>
          </>
        )}
      </div>
      <History flow={flow} name={key} />
      {asksReset && (
        <Confirm
          title={t("states.resetTitle", { key })}
          text={t("states.resetText", { flow: flow_name })}
          confirm={t("states.reset")}
          cancel={t("states.cancel")}
          onConfirm={() => {
            setDraft(undefined);
            void resetState(flow, key);
          }}
          onClose={() => setAsksReset(false)}
        />
      )}
    </section>
  );
}

function History({ flow, name }: { flow: string; name: string }) {
  const version = useGantry((state) => state.states.version);
  const { data, error } = useCall("states.history", { flow, key: name }, version);
  return (
    <div className={own.history}>
      <h3 className={styles.label}>{t("states.history")}</h3>
      {error && <p className={styles.quietText}>{error.message}</p>}
      <ol className={own.past}>
        {(data ?? []).map(({ at, value, run }, index) => (
          <li key={`${at} ${data?.slice(0, index).filter((each) => each.at === at).length}`}>
            <span className={own.at}>{formatDate(at)}</span>
            <span className={own.was} data-kind={kindOf(value)} title={jsonText(value)}>
              {value === undefined ? t("states.empty") : cellText(value)}
            </span>
            {run === undefined ? (
              <span className={styles.quiet}>{t("states.byPerson")}</span>
            ) : (
              <IconButton
                label={t("states.showRun")}
                icon={ExternalLink}
                size="small"
                placement="left"
                onPress={() => void openRun(run)}
              />
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}
