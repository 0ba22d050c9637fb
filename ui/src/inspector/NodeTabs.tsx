import { useEffect, useState } from "react";
import type { FormDoor } from "../form/door";
import { within } from "../form/findings";
import { Tabs } from "../kit/Tabs";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import { DocsTab } from "./DocsTab";
import { ErrorsTab } from "./ErrorsTab";
import { NotesTab } from "./NotesTab";
import { ParamsTab } from "./ParamsTab";
import { RawTab } from "./RawTab";
import type { NodeInView } from "./useNode";
import { fieldReached } from "./view";

/** The tabs of a node. */
export type Tab = "params" | "errors" | "raw" | "docs" | "notes";

type Props = {
  view: NodeInView;
  door: Omit<FormDoor, "active" | "activate">;
  tab: Tab;
  onTab: (tab: Tab) => void;
};

/** Parameters, errors and retry, raw calls, docs and notes of a node. */
export function NodeTabs({ view, door, tab, onTab }: Props) {
  const focusKey = useGantry((state) => state.inspector.focusKey);
  const [jump, setJump] = useState<{ key: string }>();

  // Somebody asked for a field: its tab opens, and the form there goes to it.
  useEffect(() => {
    if (focusKey === null || focusKey === "/name") return;
    onTab(tabOf(focusKey));
    setJump({ key: focusKey });
    fieldReached();
  }, [focusKey, onTab]);

  const problems = within(door.diagnostics, "/params").length;
  return (
    <Tabs
      label={t("inspector.tabs")}
      selected={tab}
      onSelect={onTab}
      tabs={[
        {
          id: "params",
          label: t("inspector.params"),
          count: problems,
          content: <ParamsTab view={view} door={door} jump={jump} />,
        },
        {
          id: "errors",
          label: t("inspector.errors"),
          content: <ErrorsTab view={view} door={door} jump={jump} />,
        },
        { id: "raw", label: t("inspector.raw"), content: <RawTab view={view} /> },
        { id: "docs", label: t("inspector.docs"), content: <DocsTab view={view} /> },
        {
          id: "notes",
          label: t("inspector.notes"),
          content: <NotesTab node={view.node} door={door} />,
        },
      ]}
    />
  );
}

function tabOf(key: string): Tab {
  if (key.startsWith("/params") || key === "/connection") return "params";
  if (key === "/raw") return "raw";
  return key.startsWith("/note") ? "notes" : "errors";
}
