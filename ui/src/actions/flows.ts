import type { FlowView } from "../bindings/FlowView";
import { LIVE } from "../model/conduct";
import { readAgain } from "../model/run";
import { NOTHING_SELECTED } from "../model/selection";
import { type Screen, store } from "../model/store";
import { t } from "../words/t";
import { host, report, toast } from "./context";
import { flush } from "./editing";

/** Goes to a screen. */
export function showScreen(screen: Screen): void {
  store.setState({ screen, overlay: null });
}

/** Reads the list of flows. */
export async function loadFlows(): Promise<void> {
  try {
    store.setState({ flows: await host().call("flows.list", {}) });
  } catch (thrown) {
    report(thrown);
  }
}

/** Reads the flows that can be started from. */
export async function loadTemplates(): Promise<void> {
  try {
    store.setState({ templates: await host().call("templates.list", {}) });
  } catch (thrown) {
    report(thrown);
  }
}

function show(view: FlowView): void {
  store.setState((state) => ({
    open: view,
    past: false,
    unsaved: [],
    run: null,
    // A cassette and faults are of one flow: another one begins live.
    conduct: state.open?.flow.id === view.flow.id ? state.conduct : LIVE,
    selection: NOTHING_SELECTED,
    inspector: { ...state.inspector, full: false, focusKey: null, wire: null, flow: false },
    overlay: null,
    screen: "canvas",
  }));
}

/** Shows the last run of the open flow on its canvas. */
async function showLastRun(flow: string): Promise<void> {
  const [last] = await host().call("runs.list", { flow, limit: 1 });
  if (!last) return;
  const view = await host().call("runs.open", { run: last.id });
  const { open, run } = store.getState();
  // A run that was started meanwhile tells more of itself.
  if (open?.flow.id !== flow || (run !== null && run.run.id > last.id)) return;
  store.setState({ run: readAgain(run, view) });
}

/** Reads the open flow and its last run again. */
export async function refresh(flow: string): Promise<void> {
  await flush();
  try {
    const view = await host().call("flows.open", { flow });
    const { open, unsaved } = store.getState();
    if (open?.flow.id !== flow || unsaved.length > 0) return;
    store.setState({ open: view });
    await showLastRun(flow);
  } catch (thrown) {
    report(thrown);
  }
}

/** Opens a flow on the canvas, with its last run. */
export async function openFlow(flow: string): Promise<void> {
  await flush();
  try {
    show(await host().call("flows.open", { flow }));
    await showLastRun(flow);
  } catch (thrown) {
    report(thrown);
  }
}

/** Makes a flow, empty or from a template, and opens it. */
export async function createFlow(name: string, template?: string): Promise<void> {
  await flush();
  try {
    show(await host().call("flows.create", template === undefined ? { name } : { name, template }));
    await loadFlows();
  } catch (thrown) {
    report(thrown);
  }
}

/** Makes a copy of a flow and opens it. */
export async function duplicateFlow(flow: string): Promise<void> {
  await flush();
  try {
    show(await host().call("flows.duplicate", { flow }));
    await loadFlows();
  } catch (thrown) {
    report(thrown);
  }
}

/** Opens a flow from the text of its file. */
export async function importFlow(text: string, layout?: string): Promise<void> {
  try {
    show(await host().call("flows.import", layout === undefined ? { text } : { text, layout }));
    await loadFlows();
  } catch (thrown) {
    report(thrown);
  }
}

/** Deletes a flow for good; the user was asked before. */
export async function deleteFlow(flow: string, name: string): Promise<void> {
  try {
    await host().call("flows.delete", { flow });
    if (store.getState().open?.flow.id === flow) {
      store.setState({ open: null, run: null, unsaved: [], screen: "flows" });
    }
    toast("ok", t("toast.flowDeleted", { name }));
    await loadFlows();
  } catch (thrown) {
    report(thrown);
  }
}

/** Asks whether to delete a flow. */
export function askToDeleteFlow(flow: string, name: string): void {
  store.setState({ overlay: { type: "confirm_delete", flow, name } });
}

/** Saves a file where the user's downloads go. */
export function download(name: string, content: BlobPart, type = "application/json"): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** Saves a flow's file and its layout file. */
export async function exportFlow(flow: string): Promise<void> {
  await flush();
  try {
    const files = await host().call("flows.export", { flow });
    download(`${flow}.flow.json`, files.flow);
    download(`${flow}.layout.json`, files.layout);
  } catch (thrown) {
    report(thrown);
  }
}
