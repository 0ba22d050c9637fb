import { store } from "../model/store";
import { host, report } from "./context";

/** Lets the run that is held go on. */
export async function unpauseRun(): Promise<void> {
  const { run } = store.getState();
  if (run?.run.status !== "paused") return;
  try {
    await host().call("runs.unpause", { run: run.run.id });
  } catch (thrown) {
    report(thrown);
  }
}
