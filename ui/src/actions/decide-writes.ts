import type { WriteDecision } from "../bindings/WriteDecision";
import { store } from "../model/store";
import { host, report } from "./context";

/** Says what is to become of writes that nobody knows the outcome of: these, or all of the run. */
export async function decideWrites(
  run: string,
  decision: WriteDecision,
  steps?: string[],
): Promise<void> {
  const { writes } = store.getState();
  if (writes?.run !== run || writes.isBusy) return;
  store.setState({ writes: { ...writes, isBusy: true } });
  try {
    const view = await host().call("runs.decide", {
      run,
      decision,
      ...(steps === undefined ? {} : { steps }),
    });
    store.setState({ writes: { run, view, error: null, isBusy: false } });
  } catch (thrown) {
    store.setState({ writes: { ...writes, isBusy: false } });
    report(thrown);
  }
}
