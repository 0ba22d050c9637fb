import type { Applied } from "../bindings/Applied";
import type { Edit } from "../bindings/Edit";
import { toHostError } from "../host/host";
import { applyEdit } from "../model/edit";
import { findNode, findWire } from "../model/flow";
import { keepPresent } from "../model/selection";
import { type State, store } from "../model/store";
import { complete } from "../model/tidy";
import { t } from "../words/t";
import { host, report, toast } from "./context";

/** Values typed into one field are stored as one change when so long nothing more was typed. */
const TYPING_MS = 400;

let typingTimer: ReturnType<typeof setTimeout> | undefined;
let sending: Promise<void> | null = null;
/** The newest rev of the open flow that the host told of. */
let heardRev = 0;

function draw(state: State, edit: Edit): { patch: Partial<State>; inverse: Edit } | null {
  if (!state.open) return null;
  const { flow, layout } = state.open;
  const { drawing, inverse } = applyEdit({ flow, layout }, edit);
  const selection = keepPresent(
    state.selection,
    (id) => findNode(drawing.flow, id) !== null,
    (id) => findWire(drawing.flow, id) !== null,
  );
  return { patch: { open: { ...state.open, ...drawing }, selection }, inverse };
}

function isSameField(a: Edit, b: Edit): boolean {
  if (a.type === "set_node" && b.type === "set_node") return a.node === b.node && a.key === b.key;
  return a.type === "set_flow" && b.type === "set_flow" && a.key === b.key;
}

/**
 * Nodes that have no place yet are laid out for show. As soon as nodes come, go or move, that
 * place is stored too, so that nothing else jumps.
 */
function withShownPlaces(state: State, change: Edit): Edit {
  if (!state.open || change.type === "set_node" || change.type === "set_flow") return change;
  const { flow, findings, layout } = state.open;
  const shown = complete({ flow, findings, catalogue: state.catalogue }, layout);
  if (shown === layout) return change;
  const places = Object.entries(shown.nodes).filter(([id]) => !layout.nodes[id]);
  return { type: "all", edits: [{ type: "place", places }, change] };
}

/**
 * Changes the open flow: at once on the canvas, and in the host as soon as it takes it. `label`
 * names the change in the history ("Delete 2 nodes").
 */
export function edit(label: string, asked: Edit): void {
  const state = store.getState();
  if (state.past) {
    toast("neutral", t("past.readOnly"));
    return;
  }
  const change = withShownPlaces(state, asked);
  let drawn: ReturnType<typeof draw>;
  try {
    drawn = draw(state, change);
  } catch (thrown) {
    report(thrown);
    return;
  }
  if (!drawn) return;
  const typed = change.type === "set_node" || change.type === "set_flow";
  const last = state.unsaved.at(-1);
  // The first of the unsaved is on its way to the host while `sending`, so it is not touched.
  const isFree = state.unsaved.length > (sending ? 1 : 0);
  if (last && typed && isFree && isSameField(last.edit, change)) {
    const merged = { ...last, edit: change };
    store.setState({ ...drawn.patch, unsaved: [...state.unsaved.slice(0, -1), merged] });
  } else {
    const entry = { label, edit: change, inverse: drawn.inverse };
    store.setState({ ...drawn.patch, unsaved: [...state.unsaved, entry] });
  }
  clearTimeout(typingTimer);
  if (typed) typingTimer = setTimeout(() => void send(), TYPING_MS);
  else void send();
}

/** Stores all changes that the host has not got yet. */
export function flush(): Promise<void> {
  clearTimeout(typingTimer);
  return send();
}

function send(): Promise<void> {
  sending ??= sendAll().finally(() => {
    sending = null;
  });
  return sending;
}

async function sendAll(): Promise<void> {
  for (;;) {
    const { open, unsaved } = store.getState();
    const next = unsaved[0];
    if (!open || !next) return;
    const flow = open.flow.id;
    try {
      const rev = open.saved.rev;
      const applied = await host().call("flows.edit", {
        flow,
        rev,
        label: next.label,
        edit: next.edit,
      });
      settle(flow, applied);
    } catch (thrown) {
      await refuse(flow, thrown);
      return;
    }
  }
}

/** Takes over what the host says after an edit of ours that is drawn already. */
function settle(flow: string, applied: Applied): void {
  const { open, unsaved } = store.getState();
  if (open?.flow.id !== flow) return;
  store.setState({
    open: { ...open, findings: applied.findings, saved: applied.saved },
    unsaved: unsaved.slice(1),
  });
}

/** The host did not take an edit: what it has stored is what counts, so it is loaded again. */
async function refuse(flow: string, thrown: unknown): Promise<void> {
  const error = toHostError(thrown);
  toast("error", error.code === "stale" ? t("edit.stale") : error.message);
  store.setState({ unsaved: [] });
  await reload(flow);
}

async function reload(flow: string): Promise<void> {
  try {
    const view = await host().call("flows.open", { flow });
    const { open, unsaved } = store.getState();
    if (open?.flow.id === flow && unsaved.length === 0) store.setState({ open: view });
  } catch (thrown) {
    report(thrown);
  }
}

async function step(command: "flows.undo" | "flows.redo"): Promise<void> {
  await flush();
  const { open, past } = store.getState();
  if (!open || past) return;
  const { undo, redo, rev } = open.saved;
  const label = command === "flows.undo" ? undo : redo;
  if (label === undefined) return;
  try {
    const applied = await host().call(command, { flow: open.flow.id, rev });
    const state = store.getState();
    const drawn = draw(state, applied.edit);
    if (!drawn?.patch.open) return;
    const { findings, saved } = applied;
    store.setState({ ...drawn.patch, open: { ...drawn.patch.open, findings, saved } });
  } catch (thrown) {
    await refuse(open.flow.id, thrown);
  }
}

/** Takes the last change back. */
export function undo(): Promise<void> {
  return step("flows.undo");
}

/** Makes the change again that was taken back last. */
export function redo(): Promise<void> {
  return step("flows.redo");
}

/** The host says that a flow has this rev now; loads it again when somebody else changed it. */
export function heardOfRev(flow: string, rev: number): void {
  const { open, past } = store.getState();
  if (open?.flow.id !== flow || past) return;
  heardRev = rev;
  void flush().then(() => {
    const now = store.getState().open;
    if (now?.flow.id === flow && heardRev > now.saved.rev) void reload(flow);
  });
}
