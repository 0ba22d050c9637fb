import { toHostError } from "../host/host";
import { lettingGoOn, undecided } from "../model/interrupted";
import { newRun } from "../model/run";
import { store } from "../model/store";
import { host, report } from "./context";
import { historyHeard } from "./history";
import { interruptedHeard } from "./interrupted";
import { showWrites } from "./show-writes";

/** Goes on with a run whose process ended; where writes are not known, they are asked about before. */
export async function resumeRun(id: string): Promise<void> {
  try {
    const view = await host().call("runs.writes", { run: id });
    if (undecided(view).length > 0) {
      const { run, interrupted } = store.getState();
      const found = [...interrupted.wait, ...(run ? [run.run] : [])].find((each) => each.id === id);
      await showWrites(id, found?.flow_name ?? "");
      return;
    }
    store.setState(({ interrupted }) => ({ interrupted: lettingGoOn(interrupted, id) }));
    const resumed = await host().call("runs.resume", { run: id });
    const { run, overlay } = store.getState();
    if (overlay?.type === "writes") store.setState({ overlay: null, writes: null });
    if (run?.run.id === id && run.run.status === "interrupted") {
      store.setState({ run: newRun(resumed, run.flow) });
    }
    historyHeard(resumed);
    interruptedHeard(resumed);
  } catch (thrown) {
    const error = toHostError(thrown);
    if (error.code === "invalid") await showWrites(id, "");
    report(error);
  }
}
