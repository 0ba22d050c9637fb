import {
  ArrowLeftRight,
  Cable,
  CassetteTape,
  CircleParking,
  Command,
  CopyPlus,
  Download,
  History,
  Inbox,
  Keyboard,
  LayoutGrid,
  Moon,
  PanelBottom,
  PanelLeft,
  PanelRight,
  Plus,
  Search,
  Settings,
  Sun,
  SunMoon,
  Table2,
  Trash2,
  TriangleAlert,
  Workflow,
} from "lucide-react";
import type { Theme } from "../model/panels";
import { type Screen, type State, store } from "../model/store";
import { t } from "../words/t";
import type { Action } from "./action";
import { toast } from "./context";
import { askToDeleteFlow, createFlow, duplicateFlow, exportFlow, showScreen } from "./flows";
import { setPanel, setTheme } from "./panels";
import { goToProblem } from "./select";

const always = () => true;
const hasFlow = (state: State) => state.open !== null;
const onCanvas = (state: State) => hasFlow(state) && state.screen === "canvas";

function screen(name: Screen, label: Action["label"], icon: Action["icon"], key: string): Action {
  return {
    id: `show-${name}`,
    label,
    group: "view",
    ...(icon ? { icon } : {}),
    keys: [key],
    reach: "always",
    enabled: always,
    run: () => showScreen(name),
  };
}

function theme(name: Theme, label: Action["label"], icon: Action["icon"]): Action {
  return {
    id: `theme-${name}`,
    label,
    group: "app",
    ...(icon ? { icon } : {}),
    reach: "screen",
    enabled: (state) => state.theme !== name,
    run: () => setTheme(name),
  };
}

function problem(id: string, label: Action["label"], key: string, step: 1 | -1): Action {
  return {
    id,
    label,
    group: "view",
    icon: TriangleAlert,
    keys: [key],
    reach: "always",
    enabled: onCanvas,
    run: () => {
      if (!goToProblem(step)) toast("ok", t("toast.noProblem"));
    },
  };
}

/** Going places, and what concerns whole flows. */
export const appActions: Action[] = [
  {
    id: "commands",
    label: "action.commands",
    group: "view",
    icon: Command,
    keys: ["Ctrl+K"],
    reach: "always",
    enabled: always,
    run: () => store.setState({ overlay: { type: "commands" } }),
  },
  {
    id: "find",
    label: "action.find",
    group: "view",
    icon: Search,
    keys: ["Ctrl+F"],
    reach: "always",
    enabled: onCanvas,
    run: () => store.setState({ overlay: { type: "find" } }),
  },
  problem("next-problem", "action.nextProblem", "F8", 1),
  problem("previous-problem", "action.previousProblem", "Shift+F8", -1),
  {
    id: "keys",
    label: "action.keys",
    group: "view",
    icon: Keyboard,
    keys: ["?"],
    reach: "screen",
    enabled: always,
    run: () => store.setState({ overlay: { type: "keys" } }),
  },
  screen("flows", "action.showFlows", LayoutGrid, "Alt+1"),
  screen("canvas", "action.showCanvas", Workflow, "Alt+2"),
  screen("connections", "action.showConnections", Cable, "Alt+3"),
  screen("runs", "action.showRuns", History, "Alt+4"),
  screen("tables", "action.showTables", Table2, "Alt+5"),
  screen("cassettes", "action.showCassettes", CassetteTape, "Alt+6"),
  screen("network", "action.showNetwork", ArrowLeftRight, "Alt+7"),
  screen("parked", "action.showParked", CircleParking, "Alt+9"),
  screen("inbox", "action.showInbox", Inbox, "Alt+0"),
  screen("settings", "action.showSettings", Settings, "Alt+8"),
  {
    id: "toggle-palette",
    label: "action.togglePalette",
    group: "view",
    icon: PanelLeft,
    keys: ["Ctrl+B"],
    reach: "always",
    enabled: onCanvas,
    run: ({ panels }) => setPanel("palette", { open: !panels.palette.open }),
  },
  {
    id: "toggle-inspector",
    label: "action.toggleInspector",
    group: "view",
    icon: PanelRight,
    keys: ["Ctrl+I"],
    reach: "always",
    enabled: onCanvas,
    run: ({ panels }) => setPanel("inspector", { open: !panels.inspector.open }),
  },
  {
    id: "toggle-run-bar",
    label: "action.toggleRunBar",
    group: "view",
    icon: PanelBottom,
    keys: ["Ctrl+J"],
    reach: "always",
    enabled: onCanvas,
    run: ({ panels }) => setPanel("runBar", { open: !panels.runBar.open }),
  },
  {
    id: "new-flow",
    label: "action.newFlow",
    group: "app",
    icon: Plus,
    keys: ["Alt+N"],
    reach: "always",
    enabled: always,
    run: () => void createFlow(t("flow.untitled")),
  },
  {
    id: "duplicate-flow",
    label: "action.duplicateFlow",
    group: "app",
    icon: CopyPlus,
    reach: "screen",
    enabled: hasFlow,
    run: ({ open }) => void (open && duplicateFlow(open.flow.id)),
  },
  {
    id: "export-flow",
    label: "action.exportFlow",
    group: "app",
    icon: Download,
    reach: "screen",
    enabled: hasFlow,
    run: ({ open }) => void (open && exportFlow(open.flow.id)),
  },
  {
    id: "delete-flow",
    label: "action.deleteFlow",
    group: "app",
    icon: Trash2,
    reach: "screen",
    danger: true,
    enabled: hasFlow,
    run: ({ open }) => open && askToDeleteFlow(open.flow.id, open.flow.name),
  },
  theme("light", "action.themeLight", Sun),
  theme("dark", "action.themeDark", Moon),
  theme("system", "action.themeSystem", SunMoon),
];
