import type { UiEvent } from "../bindings/UiEvent";
import { toHostError } from "../host/host";
import { finishRun, newRun, reduceRun } from "../model/run";
import { store } from "../model/store";
import { t } from "../words/t";
import { host, report } from "./context";
import { heardOfRev } from "./editing";
import { loadFlows, openFlow, showScreen } from "./flows";
import { loadPanels, watchPanels } from "./panels";

/** Takes one thing in that the host told. */
export function hear(event: UiEvent): void {
  const { open, run } = store.getState();
  switch (event.type) {
    case "run_started":
      if (event.run.flow === open?.flow.id) store.setState({ run: newRun(event.run) });
      return;
    case "run":
      if (run?.run.id === event.run) {
        store.setState({ run: event.events.reduce(reduceRun, run) });
      }
      return;
    case "run_finished":
      if (run) store.setState({ run: finishRun(run, event.run) });
      if (store.getState().runs) void reloadRuns();
      void loadFlows();
      return;
    case "flow_changed":
      if (event.rev !== undefined) heardOfRev(event.flow, event.rev);
      else if (event.flow === open?.flow.id) {
        store.setState({ open: null, run: null, unsaved: [] });
        showScreen("flows");
      }
      void loadFlows();
      return;
    default:
      event satisfies never;
  }
}

async function reloadRuns(): Promise<void> {
  try {
    store.setState({ runs: await host().call("runs.list", { limit: 200 }) });
  } catch (thrown) {
    report(thrown);
  }
}

/** Loads what the frame needs, and opens the flow that the host was started on. */
export async function start(): Promise<void> {
  store.setState({ down: null });
  loadPanels();
  watchPanels();
  try {
    const [app, catalogue] = await Promise.all([
      host().call("app.info", {}),
      host().call("app.catalogue", {}),
    ]);
    store.setState({ app, catalogue });
    host().subscribe((events) => {
      for (const event of events) hear(event);
    });
    await loadFlows();
    const asked = new URLSearchParams(window.location.search).get("flow");
    const first = asked ?? app.open;
    if (first !== undefined && first !== null) await openFlow(first);
    store.setState({ ready: true });
  } catch (thrown) {
    store.setState({ down: toHostError(thrown).message || t("app.down") });
  }
}
