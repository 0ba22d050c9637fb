import { toHostError } from "../host/host";
import { store } from "../model/store";
import { host } from "./context";

/** Reads a run as a waterfall; what was read before stays in sight until then. */
export async function loadTimeline(run: string): Promise<void> {
  if (store.getState().timeline.run !== run) {
    store.setState({ timeline: { run, data: null, error: null } });
  }
  const isMeant = () => store.getState().timeline.run === run;
  try {
    const data = await host().call("runs.timeline", { run });
    if (isMeant()) store.setState({ timeline: { run, data, error: null } });
  } catch (thrown) {
    const error = toHostError(thrown).message;
    if (isMeant()) store.setState(({ timeline }) => ({ timeline: { ...timeline, error } }));
  }
}
