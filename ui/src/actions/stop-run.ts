import { isOver } from "../model/run";
import { store } from "../model/store";
import { host, report } from "./context";

/** Stops the run that is shown, wherever it stands: it goes, waits for its turn, or is held. */
export async function stopRun(): Promise<void> {
  const { run } = store.getState();
  if (run === null || isOver(run.run.status)) return;
  try {
    await host().call("runs.cancel", { run: run.run.id });
  } catch (thrown) {
    report(thrown);
  }
}
