import type { UiEvent } from "../bindings/UiEvent";
import { toHostError } from "../host/host";
import { finishRun, newRun, reduceRun } from "../model/run";
import { store } from "../model/store";
import { t } from "../words/t";
import { heardOfConnection, loadConnections } from "./connections";
import { host } from "./context";
import { heardOfRev } from "./editing";
import { loadSettings } from "./environment";
import { loadFlows, openFlow, refresh, showScreen } from "./flows";
import { watchFresh } from "./fresh";
import { historyHeard, historyTold, loadHistory } from "./history";
import { loadInbox } from "./inbox";
import { findInterrupted, interruptedHeard } from "./interrupted";
import { loadPanels, watchPanels } from "./panels";
import { countParked, heardOfParked } from "./parked";
import { watchPlan } from "./partial";
import { hearWhatWasTold } from "./runs";
import { heardOfState } from "./states";
import { heardOfTable } from "./tables";

const FLOW_KEY = "gantry-flow";

/** Takes one thing in that the host told. */
export function hear(event: UiEvent): void {
  const { open, run, past } = store.getState();
  switch (event.type) {
    case "run_started":
      historyHeard(event.run);
      interruptedHeard(event.run);
      if (event.run.flow === open?.flow.id && !past)
        store.setState({ run: newRun(event.run, open.flow) });
      else void loadFlows();
      return;
    case "run":
      historyTold(event.run, event.events);
      if (run?.run.id === event.run) {
        store.setState({ run: event.events.reduce(reduceRun, run) });
      }
      return;
    case "run_finished":
      historyHeard(event.run);
      interruptedHeard(event.run);
      if (run) {
        store.setState({ run: finishRun(run, event.run) });
        void hearWhatWasTold(event.run.id);
      }
      void loadFlows();
      return;
    case "resync":
      void catchUp();
      return;
    case "flow_changed":
      if (event.rev !== undefined && !past) heardOfRev(event.flow, event.rev);
      else if (event.rev === undefined && event.flow === open?.flow.id) {
        store.setState({ open: null, run: null, unsaved: [] });
        showScreen("flows");
      }
      void loadFlows();
      return;
    case "connection_changed":
      void heardOfConnection({ id: event.id, environment: event.environment }, event.gone);
      return;
    case "table_changed":
      void heardOfTable(event.table, event.rev);
      return;
    case "parked_changed":
      void heardOfParked();
      return;
    case "inbox_changed":
      void loadInbox();
      return;
    case "state_changed":
      void heardOfState();
      return;
    default:
      event satisfies never;
  }
}

/** Some events were missed: what is shown is read again. */
async function catchUp(): Promise<void> {
  const { open, past } = store.getState();
  const hasHistory = store.getState().history.runs !== null;
  await Promise.all([
    loadFlows(),
    loadConnections(),
    findInterrupted(),
    hasHistory ? loadHistory() : undefined,
    heardOfParked(),
    loadInbox(),
    heardOfState(),
  ]);
  if (open && !past) await refresh(open.flow.id);
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
    await Promise.all([loadFlows(), loadSettings(), loadConnections()]);
    // Counts on the rail; nothing waits for them.
    void countParked();
    void loadInbox();
    watchFresh();
    watchPlan();
    void findInterrupted();
    const asked = new URLSearchParams(window.location.search).get("flow");
    // A page that is loaded again stays where it was.
    const last = sessionStorage.getItem(FLOW_KEY);
    const known = store.getState().flows?.some((flow) => flow.id === last) ? last : null;
    const first = asked ?? known ?? app.open;
    if (first !== undefined && first !== null) await openFlow(first);
    store.subscribe(({ open }, before) => {
      if (open && open.flow.id !== before.open?.flow.id) {
        sessionStorage.setItem(FLOW_KEY, open.flow.id);
      }
    });
    store.setState({ ready: true });
  } catch (thrown) {
    store.setState({ down: toHostError(thrown).message || t("app.down") });
  }
}
