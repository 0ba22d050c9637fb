import type { RetryFrom } from "../bindings/RetryFrom";
import type { RetryVersion } from "../bindings/RetryVersion";
import type { RunSummary } from "../bindings/RunSummary";
import { toHostError } from "../host/host";
import { newRun } from "../model/run";
import { store } from "../model/store";
import { host, report } from "./context";
import { flush } from "./editing";
import { openFlow, showScreen } from "./flows";
import { openRun } from "./runs";

/** Asks from where, and with which version of the flow, a run is done again. */
export function askToRetry(run: RunSummary): void {
  store.setState({ overlay: { type: "retry", run } });
}

/** Does a run again, and shows it. Writes that were done are not made again. */
export async function retryRun(
  run: RunSummary,
  from: RetryFrom,
  version: RetryVersion,
  { confirmed = false } = {},
): Promise<void> {
  await flush();
  const sure = confirmed || store.getState().writesConfirmed;
  try {
    const made = await host().call("runs.retry", {
      run: run.id,
      from,
      version,
      ...(sure ? { confirmed: true } : {}),
    });
    store.setState({ overlay: null });
    await show(made, version);
  } catch (thrown) {
    const error = toHostError(thrown);
    if (error.code !== "confirm") {
      report(thrown);
      return;
    }
    const then = { type: "retry", run, from, version } as const;
    store.setState({ overlay: { type: "confirm_writes", message: error.message, then } });
  }
}

/** Shows the new run on the flow that it is made with. */
async function show(run: RunSummary, version: RetryVersion): Promise<void> {
  if (version === "run") {
    await openRun(run.id);
    return;
  }
  const { open, past } = store.getState();
  if (past || open?.flow.id !== run.flow) await openFlow(run.flow);
  const now = store.getState();
  if (now.open?.flow.id !== run.flow) return;
  showScreen("canvas");
  // The event may have come before the answer, with more than the answer tells.
  if (now.run?.run.id !== run.id) store.setState({ run: newRun(run, now.open.flow) });
}
