import { useState, useSyncExternalStore } from "react";
import { EmptyState } from "../kit/EmptyState";
import { SplitPane } from "../kit/SplitPane";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./Inspector.module.css";
import { InputPane, NodeData, OutputPane } from "./NodeData";
import { NodeHeader } from "./NodeHeader";
import { NodeTabs, type Tab } from "./NodeTabs";
import { useDoor } from "./useDoor";
import { type NodeInView, useNode } from "./useNode";

/** One node: docked with its data below, or filling the window with input, parameters and output. */
export function NodePane({ id }: { id: string }) {
  const view = useNode(id);
  if (view === null) return <EmptyState title={t("inspector.empty.title")} />;
  return <PaneOf view={view} />;
}

const DOCKED_TABS = Math.max(280, Math.round(window.innerHeight * 0.42));
const SIDE = 380;

/** Where three panes have no room, input and output share one. */
const narrow = window.matchMedia("(max-width: 1000px)");

function watchWidth(changed: () => void): () => void {
  narrow.addEventListener("change", changed);
  return () => narrow.removeEventListener("change", changed);
}

function PaneOf({ view }: { view: NodeInView }) {
  const full = useGantry((state) => state.inspector.full);
  const isNarrow = useSyncExternalStore(watchWidth, () => narrow.matches);
  const door = useDoor(view);
  const [tab, setTab] = useState<Tab>("params");
  const tabs = <NodeTabs view={view} door={door} tab={tab} onTab={setTab} />;
  if (!full) {
    const isSource = view.facts.inputs.length === 0;
    const hasData = view.run !== undefined;
    return (
      <div className={styles.dock}>
        <NodeHeader view={view} full={false} />
        <div className={styles.fill}>
          {hasData ? (
            <SplitPane
              key="dock"
              label={t("inspector.split")}
              orientation="horizontal"
              initial={DOCKED_TABS}
              min={140}
              first={tabs}
              second={<NodeData view={view} isSource={isSource} />}
            />
          ) : (
            tabs
          )}
        </div>
      </div>
    );
  }
  if (isNarrow) {
    return (
      <div className={styles.dock}>
        <NodeHeader view={view} full />
        <div className={styles.fill}>
          <SplitPane
            key="narrow"
            label={t("inspector.split")}
            orientation="vertical"
            initial={Math.round(window.innerWidth * 0.5)}
            min={260}
            first={tabs}
            second={<NodeData view={view} isSource={view.facts.inputs.length === 0} />}
          />
        </div>
      </div>
    );
  }
  return (
    <div className={styles.dock}>
      <NodeHeader view={view} full />
      <div className={styles.fill}>
        <SplitPane
          key="full"
          label={t("inspector.input")}
          orientation="vertical"
          initial={SIDE}
          min={220}
          first={<InputPane view={view} />}
          second={
            <SplitPane
              label={t("inspector.output")}
              orientation="vertical"
              initial={Math.max(360, Math.round(window.innerWidth * 0.34))}
              min={320}
              first={tabs}
              second={<OutputPane view={view} />}
            />
          }
        />
      </div>
    </div>
  );
}
