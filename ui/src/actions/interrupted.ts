import type { RunStatus } from "../bindings/RunStatus";
import type { RunSummary } from "../bindings/RunSummary";
import { found, heardOfRun } from "../model/interrupted";
import { store } from "../model/store";
import { host } from "./context";

/** More than these are not named at the start. */
const MOST = 100;

/** Looks, at the start and where something was missed, for runs that the end of the program broke off. */
export async function findInterrupted(): Promise<void> {
  const openedAt = store.getState().app?.opened_at ?? 0;
  const of = (status: RunStatus) => host().call("runs.list", { status, limit: MOST });
  try {
    const [wait, ...underWay] = await Promise.all([
      of("interrupted"),
      of("running"),
      of("paused"),
      of("queued"),
    ]);
    store.setState(({ interrupted }) => ({
      interrupted: found(interrupted, wait, underWay.flat(), openedAt),
    }));
  } catch {
    // The frame stands without it, and the list of runs shows them too.
  }
}

/** Puts the message about interrupted runs aside. */
export function putInterruptedAside(): void {
  store.setState(({ interrupted }) => ({ interrupted: { ...interrupted, isAside: true } }));
}

/** Takes in that a run began, went on or ended. */
export function interruptedHeard(run: RunSummary): void {
  store.setState(({ interrupted }) => ({ interrupted: heardOfRun(interrupted, run) }));
}
