import { store } from "../model/store";
import { t } from "../words/t";
import { host, report, toast } from "./context";

/** Reads the values that flows remember. */
export async function loadStates(): Promise<void> {
  try {
    const entries = await host().call("states.list", {});
    store.setState(({ states }) => ({
      states: { ...states, entries, version: states.version + 1 },
    }));
  } catch (thrown) {
    report(thrown);
  }
}

/** The host says that a flow remembers something else now. */
export async function heardOfState(): Promise<void> {
  // Read when it is looked at; until then nothing shows it.
  if (store.getState().screen === "inbox") await loadStates();
}

/** Has a flow remember another value. Tells whether it does. */
export async function setStateValue(flow: string, key: string, value: unknown): Promise<boolean> {
  try {
    await host().call("states.set", { flow, key, value });
    toast("ok", t("states.changed", { key }));
    await loadStates();
    return true;
  } catch (thrown) {
    report(thrown);
    return false;
  }
}

/** Has a flow forget a value; the user was asked before. */
export async function resetState(flow: string, key: string): Promise<void> {
  try {
    await host().call("states.set", { flow, key });
    toast("ok", t("states.resetDone", { key }));
    await loadStates();
  } catch (thrown) {
    report(thrown);
  }
}
