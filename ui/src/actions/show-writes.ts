import { toHostError } from "../host/host";
import { store } from "../model/store";
import { host } from "./context";

/** Shows what a run wrote, and asks about what is not known of it. */
export async function showWrites(run: string, flow: string): Promise<void> {
  store.setState({
    overlay: { type: "writes", run, flow },
    writes: { run, view: null, error: null, isBusy: false },
  });
  await loadWrites(run);
}

/** Reads what a run wrote. */
export async function loadWrites(run: string): Promise<void> {
  const isMeant = () => store.getState().writes?.run === run;
  try {
    const view = await host().call("runs.writes", { run });
    if (isMeant()) store.setState({ writes: { run, view, error: null, isBusy: false } });
  } catch (thrown) {
    const error = toHostError(thrown).message;
    if (isMeant()) store.setState({ writes: { run, view: null, error, isBusy: false } });
  }
}
