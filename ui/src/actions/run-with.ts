import { type Inputs, inputsKey, inputsOf } from "../model/inputs";
import { store } from "../model/store";
import { host, report } from "./context";
import { flush } from "./editing";
import { startRun } from "./runs";

/** Asks which items the open flow is run with. */
export async function askForInput(): Promise<void> {
  await flush();
  const { open } = store.getState();
  if (!open) return;
  const flow = open.flow.id;
  try {
    const fields = await host().call("flows.form", { flow });
    store.setState({ overlay: { type: "run_with", flow, fields } });
  } catch (thrown) {
    report(thrown);
  }
}

/** Runs the open flow with these items. */
export function runWith(input: unknown[]): void {
  store.setState({ overlay: null });
  void startRun(null, { input });
}

/** Keeps an input by its name, in place of one that had it. */
export async function keepInput(flow: string, name: string, items: unknown[]): Promise<void> {
  await setInputs(flow, { ...inputsOf(store.getState().settings, flow), [name]: items });
}

/** Forgets an input. */
export async function forgetInput(flow: string, name: string): Promise<void> {
  const { [name]: _, ...others } = inputsOf(store.getState().settings, flow);
  await setInputs(flow, others);
}

async function setInputs(flow: string, value: Inputs): Promise<void> {
  const key = inputsKey(flow);
  try {
    await host().call("settings.set", { key, value });
    store.setState(({ settings }) => ({ settings: { ...settings, [key]: value } }));
  } catch (thrown) {
    report(thrown);
  }
}
