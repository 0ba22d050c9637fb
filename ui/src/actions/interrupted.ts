import type { RunSummary } from "../bindings/RunSummary";
import { heardOfRun } from "../model/interrupted";
import { store } from "../model/store";
import { host } from "./context";

/** More than these are not named at the start. */
const MOST = 100;

/** Looks, at the start, for runs that the end of the program broke off. */
export async function findInterrupted(): Promise<void> {
  try {
    const wait = await host().call("runs.list", { status: "interrupted", limit: MOST });
    store.setState(({ interrupted }) => ({ interrupted: { ...interrupted, wait } }));
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
