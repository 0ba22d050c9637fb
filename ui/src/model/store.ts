import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { AppInfo } from "../bindings/AppInfo";
import type { CassetteSummary } from "../bindings/CassetteSummary";
import type { CassetteView } from "../bindings/CassetteView";
import type { ConnectionSummary } from "../bindings/ConnectionSummary";
import type { Edit } from "../bindings/Edit";
import type { Field } from "../bindings/Field";
import type { FlowSummary } from "../bindings/FlowSummary";
import type { FlowView } from "../bindings/FlowView";
import type { NodeInfo } from "../bindings/NodeInfo";
import type { RunSummary } from "../bindings/RunSummary";
import type { TableSummary } from "../bindings/TableSummary";
import type { TemplateSummary } from "../bindings/TemplateSummary";
import type { VaultState } from "../bindings/VaultState";
import type { Which } from "../bindings/Which";
import type { Conduct } from "./conduct";
import { LIVE } from "./conduct";
import type { OpenConnection } from "./connections";
import type { Fresh } from "./fresh";
import { type History, NO_HISTORY } from "./history";
import { type InboxPane, NO_INBOX } from "./inbox";
import { type Interrupted, NONE_INTERRUPTED, type Writes } from "./interrupted";
import { DEFAULT_PANELS, type Panels, type Theme } from "./panels";
import { NO_PARKED, type ParkedPane } from "./parked";
import type { Asked, Planned } from "./partial";
import type { Kept } from "./retention";
import { isOver, type RunState } from "./run";
import { NOTHING_SELECTED, type Selection } from "./selection";
import { NO_STATES, type StatesPane } from "./states";
import type { OpenTable } from "./tables";
import { NO_TIMELINE, type TimelineState } from "./timeline";

/** What fills the window beside the rail. */
export type Screen =
  | "flows"
  | "canvas"
  | "mapper"
  | "connections"
  | "runs"
  | "tables"
  | "cassettes"
  | "network"
  | "parked"
  | "inbox"
  | "settings";

/** A short message that goes away by itself. */
export type Toast = {
  id: number;
  tone: "neutral" | "ok" | "error";
  text: string;
  action?: { label: string; run: () => void };
};

/** Where the node that quick-add will put in belongs. */
export type QuickAdd = {
  /** Where on the screen it opens. */
  screen: { x: number; y: number };
  /** Where on the canvas the node goes, in the coordinates of the flow. */
  at: { x: number; y: number };
  /** The port it is joined to, when it was opened by dropping a wire. */
  join?: { node: string; port: string; side: "input" | "output" };
  /** The wire it is put into, when it was opened from a wire. */
  splice?: string;
  scope?: string;
};

/** What lies over the window, one at a time. */
export type Overlay =
  | { type: "commands" }
  | { type: "find" }
  | { type: "keys" }
  | { type: "quick_add"; quickAdd: QuickAdd }
  | { type: "menu"; x: number; y: number; on: "node" | "wire" | "canvas" }
  | { type: "confirm_delete"; flow: string; name: string }
  | { type: "new_connection"; node?: string }
  | { type: "unlock" }
  | { type: "writes"; run: string; flow: string }
  | { type: "confirm_writes"; message: string; then: Asked }
  | { type: "run_with"; flow: string; fields: Field[] }
  | { type: "retry"; run: RunSummary };

/** What the inspector shows of the selected node. */
export type InspectorState = {
  /** Whether it fills the window. */
  full: boolean;
  /** The field to go to, as a JSON pointer inside the node; taken away once it has the focus. */
  focusKey: string | null;
  /** The wire whose items are shown instead of a node; null for the selected node. */
  wire: string | null;
  /** The call of the node that was asked for last: the one that is open among its calls. */
  call?: { item: string; attempt: number };
  /** Whether the flow itself is shown when nothing is selected: its purpose and its variables. */
  flow: boolean;
};

/** All that the UI knows. Plain data: what follows from it is worked out where it is shown. */
export type State = {
  app: AppInfo | null;
  catalogue: NodeInfo[];
  /** Whether the host has answered; until then the frame shows that it starts. */
  ready: boolean;
  /** Why the host cannot be spoken to. */
  down: string | null;
  screen: Screen;
  flows: FlowSummary[] | null;
  templates: TemplateSummary[] | null;
  tables: TableSummary[] | null;
  /** The table on the screen of tables. */
  table: OpenTable | null;
  /** All connections of all environments. */
  connections: ConnectionSummary[] | null;
  /** The connection on the screen of connections. */
  connection: OpenConnection | null;
  /** The form that connections are edited with. */
  connectionForm: Field[] | null;
  /** Where one wanted to go while a connection had changes that are not stored. */
  leaving: { to: Which | null } | null;
  vault: VaultState | null;
  cassettes: CassetteSummary[] | null;
  /** The cassette on the screen of cassettes. */
  cassette: CassetteView | null;
  settings: Record<string, unknown>;
  /** How the next run is made: against what, and with which faults. */
  conduct: Conduct;
  /** Whether writes in production are not asked about again until the window is closed. */
  writesConfirmed: boolean;
  open: FlowView | null;
  /** Edits shown on the canvas that the host has not stored yet. */
  unsaved: { label: string; edit: Edit; inverse: Edit }[];
  /** Whether what is open is a run of the past, with the flow as it was: it cannot be changed. */
  past: boolean;
  selection: Selection;
  /** The node whose name is typed on the canvas. */
  renaming: string | null;
  /** The node that a wire is led from by keyboard. */
  connecting: string | null;
  inspector: InspectorState;
  run: RunState | null;
  /** How the outputs of the open flow's nodes stand to it; null before it was read. */
  fresh: Fresh | null;
  /** A run of a part of the flow that is about to be started, with what it would do. */
  planned: Planned | null;
  parked: ParkedPane;
  inbox: InboxPane;
  states: StatesPane;
  /** The run that is shown, as a waterfall. */
  timeline: TimelineState;
  /** The list of runs on the screen of runs. */
  history: History;
  /** The runs that did not come to their end, as they were found at the start. */
  interrupted: Interrupted;
  /** What a run wrote, while one looks at it. */
  writes: Writes | null;
  /** How large the history is and how long it is kept; null until it was asked. */
  kept: Kept;
  overlay: Overlay | null;
  toasts: Toast[];
  panels: Panels;
  theme: Theme;
};

const START: State = {
  app: null,
  catalogue: [],
  ready: false,
  down: null,
  screen: "flows",
  flows: null,
  templates: null,
  tables: null,
  table: null,
  connections: null,
  connection: null,
  connectionForm: null,
  leaving: null,
  vault: null,
  cassettes: null,
  cassette: null,
  settings: {},
  conduct: LIVE,
  writesConfirmed: false,
  open: null,
  unsaved: [],
  past: false,
  selection: NOTHING_SELECTED,
  renaming: null,
  connecting: null,
  inspector: { full: false, focusKey: null, wire: null, flow: false },
  run: null,
  fresh: null,
  planned: null,
  parked: NO_PARKED,
  inbox: NO_INBOX,
  states: NO_STATES,
  timeline: NO_TIMELINE,
  history: NO_HISTORY,
  interrupted: NONE_INTERRUPTED,
  writes: null,
  kept: { view: null, error: null },
  overlay: null,
  toasts: [],
  panels: DEFAULT_PANELS,
  theme: "system",
};

/** The one store. Actions change it; components read it through `useGantry`. */
export const store = createStore<State>(() => START);

/** Reads a part of the state; the component is drawn again when that part changes. */
export function useGantry<Part>(select: (state: State) => Part): Part {
  return useStore(store, select);
}

/** Puts the store back to its start, for tests. */
export function resetStore(): void {
  store.setState(START, true);
}

/** Whether the run that is shown is not over: it goes, waits for its turn, or is held. */
export function isUnderWay({ run }: State): boolean {
  return run !== null && !isOver(run.run.status);
}
