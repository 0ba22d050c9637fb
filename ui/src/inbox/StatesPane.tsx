import { Database } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import type { StateEntry } from "../bindings/StateEntry";
import { cellText, kindOf } from "../data/cells";
import { EmptyState } from "../kit/EmptyState";
import { Resizer } from "../kit/Resizer";
import { Spinner } from "../kit/Spinner";
import { byFlow, isSameState, type StateKey, stateShown } from "../model/states";
import { store, useGantry } from "../model/store";
import { useNow } from "../screens/useNow";
import { formatAgo, formatDate } from "../words/format";
import { t } from "../words/t";
import styles from "./Inbox.module.css";
import { StateDetail } from "./StateDetail";
import own from "./States.module.css";

function look({ flow, key }: StateKey): void {
  store.setState(({ states }) => ({ states: { ...states, chosen: { flow, key } } }));
}

/** The values that flows remember from run to run, by flow and key. */
export function StatesPane() {
  const entries = useGantry((state) => state.states.entries);
  const shown = useGantry((state) => stateShown(state.states));
  if (entries === null) {
    return (
      <div className={styles.loading}>
        <Spinner label={t("states.loading")} size={20} />
      </div>
    );
  }
  if (shown === null) {
    return <EmptyState icon={Database} title={t("states.none")} text={t("states.noneHint")} />;
  }
  return (
    <div className={styles.body}>
      <List entries={entries} shown={shown} />
      <StateDetail key={`${shown.flow} ${shown.key}`} entry={shown} />
    </div>
  );
}

function List({ entries, shown }: { entries: readonly StateEntry[]; shown: StateEntry }) {
  const [width, setWidth] = useState(() => Math.min(620, Math.round(window.innerWidth * 0.42)));
  const now = useNow();
  const groups = byFlow(entries);
  const rows = groups.flatMap((group) => group.entries);
  const walk = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const at = rows.findIndex((row) => isSameState(row, shown)) + step;
    const to = rows[at];
    if (step === 0 || !to) return;
    event.preventDefault();
    look(to);
    const box = event.currentTarget;
    requestAnimationFrame(() => box.querySelectorAll("button")[at]?.focus());
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrows are for the buttons in it. */}
      <div className={styles.list} style={{ width }} onKeyDown={walk}>
        {groups.map((group) => (
          <section key={group.flow} aria-label={group.flow}>
            <h2 className={own.flow}>{group.flow}</h2>
            {group.entries.map((entry) => (
              <button
                key={entry.key}
                type="button"
                className={own.row}
                aria-current={isSameState(entry, shown) ? "true" : undefined}
                tabIndex={isSameState(entry, shown) ? 0 : -1}
                onClick={() => look(entry)}
              >
                <span className={own.key}>{entry.key}</span>
                <span className={own.value} data-kind={kindOf(entry.value)}>
                  {entry.value === undefined ? t("states.empty") : cellText(entry.value)}
                </span>
                <span className={own.when} title={formatDate(entry.at)}>
                  {formatAgo(entry.at, now)}
                </span>
              </button>
            ))}
          </section>
        ))}
      </div>
      <Resizer
        label={t("states.resize")}
        orientation="vertical"
        size={width}
        min={260}
        max={800}
        side="before"
        onResize={setWidth}
      />
    </>
  );
}
