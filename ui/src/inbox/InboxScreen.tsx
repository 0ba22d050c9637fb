import { useEffect } from "react";
import { loadInbox } from "../actions/inbox";
import { loadStates } from "../actions/states";
import { Segments } from "../form/Segments";
import { questionCount } from "../model/inbox";
import { store, useGantry } from "../model/store";
import flows from "../screens/Flows.module.css";
import { t } from "../words/t";
import styles from "./Inbox.module.css";
import { Questions } from "./Questions";
import { StatesPane } from "./StatesPane";

/** What waits for a person or a signal, what was answered, and the values that flows remember. */
export function InboxScreen() {
  const tab = useGantry((state) => state.inbox.tab);
  const waiting = useGantry((state) => questionCount(state.inbox));
  useEffect(() => {
    void loadInbox();
    void loadStates();
  }, []);
  const open = t("inbox.tab.open");
  return (
    <main className={styles.screen}>
      <header className={flows.header}>
        <h1 className={flows.title}>{t("rail.inbox")}</h1>
        <Segments
          label={t("inbox.tabs")}
          value={tab}
          options={[
            { value: "open", label: waiting > 0 ? `${open} (${waiting})` : open },
            { value: "answered", label: t("inbox.tab.answered") },
            { value: "states", label: t("inbox.tab.states") },
          ]}
          onChange={(next) =>
            store.setState(({ inbox }) => ({ inbox: { ...inbox, tab: next, item: null } }))
          }
        />
      </header>
      {tab === "states" ? <StatesPane /> : <Questions />}
    </main>
  );
}
