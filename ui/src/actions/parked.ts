import type { ParkedItem } from "../bindings/ParkedItem";
import type { RetryVersion } from "../bindings/RetryVersion";
import { toHostError } from "../host/host";
import {
  groupShown,
  idsMeant,
  type ParkedFilter,
  type ParkedPane,
  withFilter,
  withGroup,
  withGroups,
  withItem,
  withItems,
} from "../model/parked";
import { store } from "../model/store";
import { t } from "../words/t";
import { host, report, toast } from "./context";
import { download, openFlow, showScreen } from "./flows";
import { openRun } from "./runs";

/** As many reasons as are told at once. */
const GROUPS = 500;
const PAGE = 200;

function set(change: (pane: ParkedPane) => ParkedPane): void {
  store.setState((state) => ({ parked: change(state.parked) }));
}

/** Reads how many items wait, for the counts on the rail and on the canvas. */
export async function countParked(): Promise<void> {
  try {
    const open = await host().call("parked.groups", { state: "open", limit: GROUPS });
    set((pane) => ({ ...pane, open }));
  } catch (thrown) {
    // Nobody asked for the counts; whoever goes to the screen is told.
    console.warn("parked", toHostError(thrown).message);
  }
}

function askOf({ flow, run, state }: ParkedFilter) {
  return { state, ...(flow === null ? {} : { flow }), ...(run === null ? {} : { run }) };
}

/** Reads the groups that pass the filter, and the items of the one that is shown. */
export async function loadParked(): Promise<void> {
  const { filter } = store.getState().parked;
  try {
    const groups = await host().call("parked.groups", { ...askOf(filter), limit: GROUPS });
    // Another filter was chosen meanwhile; its own answer is on the way.
    if (store.getState().parked.filter !== filter) return;
    set((pane) => withGroups(pane, groups));
    await loadItems();
  } catch (thrown) {
    report(thrown);
  }
}

/** Reads the items of the group that is shown; `older` adds those before the last. */
export async function loadItems(older = false): Promise<void> {
  const { parked } = store.getState();
  const group = groupShown(parked);
  if (!group) return;
  const known = older ? (parked.items ?? []) : [];
  const before = known.at(-1)?.id;
  // As many as are shown already, so that reading again takes nothing away.
  const limit = older ? PAGE : Math.max(PAGE, parked.items?.length ?? 0);
  try {
    const items = await host().call("parked.list", {
      ...askOf(parked.filter),
      flow: group.flow,
      cause: group.cause,
      limit,
      ...(before === undefined ? {} : { before }),
    });
    if (store.getState().parked.group !== parked.group) return;
    const own = items.filter((item) => item.node === group.node);
    set((pane) => withItems(pane, [...known, ...own], items.length === limit));
  } catch (thrown) {
    report(thrown);
  }
}

/** The numbers of the items that are meant: those ticked, or all open ones of the group. */
export async function meantIds(): Promise<number[]> {
  // Those that are not read yet belong to the group as well.
  while (store.getState().parked.hasMore && store.getState().parked.chosen.length === 0) {
    const known = store.getState().parked.items?.length ?? 0;
    await loadItems(true);
    if ((store.getState().parked.items?.length ?? 0) === known) break;
  }
  return idsMeant(store.getState().parked);
}

/** The host says that parked items came, went or changed. */
export async function heardOfParked(): Promise<void> {
  const isShown = store.getState().screen === "parked";
  await Promise.all([countParked(), ...(isShown ? [loadParked()] : [])]);
}

/** Shows the items of another group. */
export function chooseGroup(key: string): void {
  set((pane) => withGroup(pane, key));
  void loadItems();
}

/** Shows other items. */
export function filterParked(change: Partial<ParkedFilter>): void {
  set((pane) => withFilter(pane, change));
  void loadParked();
}

/** Goes to the parked items of a node. */
export function showParkedOf(flow: string, node: string): void {
  set((pane) => {
    const group = pane.open.find((each) => each.flow === flow && each.node === node);
    const fresh = withFilter(pane, { flow, run: null, state: "open" });
    if (!group) return fresh;
    return { ...fresh, group: `${group.flow}/${group.node}/${group.cause}` };
  });
  showScreen("parked");
}

/** Goes to the parked items of a run. */
export function showParkedOfRun(run: string): void {
  set((pane) => withFilter(pane, { flow: null, run, state: "open" }));
  showScreen("parked");
}

/** Keeps an item as it was mended; undefined makes it again what it was. Tells whether it is kept. */
export async function mendParked(id: number, value: unknown): Promise<boolean> {
  try {
    const item = await host().call("parked.mend", {
      id,
      ...(value === undefined ? {} : { value }),
    });
    set((pane) => ({
      ...withItem(pane, item),
      draft: pane.draft?.id === id ? null : pane.draft,
    }));
    return true;
  } catch (thrown) {
    report(thrown);
    return false;
  }
}

/** Tries items again from the node that they failed at. */
export async function retryParked(
  ids: number[],
  version: RetryVersion = "current",
  { confirmed = false } = {},
): Promise<void> {
  if (ids.length === 0) return;
  const sure = confirmed || store.getState().writesConfirmed;
  try {
    const runs = await host().call("parked.retry", {
      ids,
      version,
      ...(sure ? { confirmed: true } : {}),
    });
    set((pane) => ({ ...pane, chosen: [] }));
    const [only] = runs;
    toast("ok", t("parked.retrying", { n: ids.length }), {
      label: t(runs.length === 1 ? "parked.showRun" : "parked.showRuns"),
      run: () => (runs.length === 1 && only ? void openRun(only.id) : showScreen("runs")),
    });
    await heardOfParked();
  } catch (thrown) {
    const error = toHostError(thrown);
    if (error.code !== "confirm") {
      report(thrown);
      return;
    }
    const then = { type: "parked", ids, version } as const;
    store.setState({ overlay: { type: "confirm_writes", message: error.message, then } });
  }
}

/** Says of items that they need no more. */
export async function resolveParked(ids: number[], note: string): Promise<void> {
  try {
    await host().call("parked.resolve", { ids, note: note.trim() });
    toast("ok", t("parked.resolved", { n: ids.length }));
    set((pane) => ({ ...pane, chosen: [] }));
    await heardOfParked();
  } catch (thrown) {
    report(thrown);
  }
}

/** Saves the items that the filter lets through as a file: of one group, or of all. */
export async function exportParked(cause?: { flow: string; cause: string }): Promise<void> {
  const { filter } = store.getState().parked;
  try {
    const file = await host().call("parked.export", { ...askOf(filter), ...cause });
    download(file.name, file.text);
  } catch (thrown) {
    report(thrown);
  }
}

/** Opens the flow of a parked item with its node selected. */
export async function goToParkedNode({ flow, node }: Pick<ParkedItem, "flow" | "node">) {
  await openFlow(flow);
  const { open } = store.getState();
  if (open?.flow.id !== flow) return;
  store.setState({ selection: { nodes: [node], wires: [] } });
  showScreen("canvas");
}
