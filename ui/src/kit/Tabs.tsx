import type { ReactNode } from "react";
import { Tabs as AriaTabs, Tab, TabList, TabPanel } from "react-aria-components";
import styles from "./Tabs.module.css";

type TabItem<Id extends string> = {
  id: Id;
  label: string;
  /** A small figure behind the label. */
  count?: number;
  content: ReactNode;
};

type Props<Id extends string> = {
  label: string;
  tabs: TabItem<Id>[];
  selected: Id;
  onSelect: (id: Id) => void;
  /** What stands at the right end of the row of tabs. */
  actions?: ReactNode;
};

/** Panes of which one shows. */
export function Tabs<Id extends string>({ label, tabs, selected, onSelect, actions }: Props<Id>) {
  return (
    <AriaTabs
      className={styles.tabs}
      selectedKey={selected}
      onSelectionChange={(key) => {
        const tab = tabs.find((each) => each.id === key);
        if (tab) onSelect(tab.id);
      }}
    >
      <div className={styles.head}>
        <TabList className={styles.list} aria-label={label}>
          {tabs.map((tab) => (
            <Tab key={tab.id} id={tab.id} className={styles.tab}>
              {tab.label}
              {tab.count !== undefined && tab.count > 0 && (
                <span className={styles.count}>{tab.count}</span>
              )}
            </Tab>
          ))}
        </TabList>
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      {tabs.map((tab) => (
        <TabPanel key={tab.id} id={tab.id} className={styles.panel}>
          {tab.content}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}
