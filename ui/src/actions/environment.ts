import type { Environment } from "../bindings/Environment";
import { environmentOf } from "../model/connections";
import { store } from "../model/store";
import { host, report } from "./context";

/** Reads the settings. */
export async function loadSettings(): Promise<void> {
  try {
    store.setState({ settings: await host().call("settings.get", {}) });
  } catch (thrown) {
    report(thrown);
  }
}

/** Chooses the environment whose connections runs use from now on. */
export async function setEnvironment(environment: Environment): Promise<void> {
  const { settings } = store.getState();
  if (environmentOf(settings) === environment) return;
  store.setState({ settings: { ...settings, environment }, writesConfirmed: false });
  try {
    await host().call("settings.set", { key: "environment", value: environment });
  } catch (thrown) {
    // What is shown must be what runs use.
    store.setState({ settings });
    report(thrown);
  }
}
