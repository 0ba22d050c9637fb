import { store } from "../model/store";
import { host, report } from "./context";

/** Holds the run that is shown: nothing new is begun, what is under way goes on to its end. */
export async function pauseRun(): Promise<void> {
  const { run } = store.getState();
  if (run?.run.status !== "running") return;
  try {
    await host().call("runs.pause", { run: run.run.id });
  } catch (thrown) {
    report(thrown);
  }
}
