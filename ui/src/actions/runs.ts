import { type HostError, toHostError } from "../host/host";
import { argsOf } from "../model/conduct";
import { typeInfo } from "../model/facts";
import { walk } from "../model/flow";
import { withoutRun } from "../model/history";
import { argsOfPart, type Part } from "../model/partial";
import { isOver, newRun, recalled, runOfView } from "../model/run";
import { NOTHING_SELECTED } from "../model/selection";
import { store } from "../model/store";
import { t } from "../words/t";
import { closeToast, host, report, toast } from "./context";
import { flush } from "./editing";
import { openFlow } from "./flows";
import { setPanel } from "./panels";
import { goToField } from "./select";
import { titleOf } from "./world";

// The message that a flow cannot run; it goes once a run begins.
let refusal: string | null = null;

type How = { anew?: boolean; confirmed?: boolean; input?: unknown[] | undefined };

/** Runs the open flow or a part of it, with what is fresh of earlier runs taken over or `anew`. */
export async function startRun(
  part: Part | null = null,
  { anew = false, confirmed = false, input }: How = {},
): Promise<void> {
  await flush();
  const { open, past, conduct, writesConfirmed } = store.getState();
  if (!open) return;
  const flow = open.flow.id;
  // What runs is the flow as it is now, so it is shown before.
  if (past) await openFlow(flow);
  try {
    const run = await host().call("runs.start", {
      flow,
      ...(part === null ? {} : argsOfPart(part, anew)),
      ...(input === undefined || input.length === 0 ? {} : { input }),
      ...argsOf(conduct),
      ...(confirmed || writesConfirmed ? { confirmed: true } : {}),
    });
    // The event may have come before the answer, with more than the answer tells.
    if (store.getState().run?.run.id !== run.id) store.setState({ run: newRun(run, open.flow) });
    forgetRefusal();
  } catch (thrown) {
    forgetRefusal();
    const error = toHostError(thrown);
    if (error.code === "confirm") {
      const asked = { type: "run", part, anew } as const;
      const then = input === undefined ? asked : { ...asked, input };
      store.setState({ overlay: { type: "confirm_writes", message: error.message, then } });
    } else refuse(error);
  }
}

function forgetRefusal(): void {
  const old = store.getState().toasts.find(({ text }) => text === refusal);
  if (old) closeToast(old.id);
  refusal = null;
}

function refuse(error: HostError): void {
  const { code, message, at } = error;
  refusal = message;
  const node = at?.node;
  if (code === "broken") setPanel("runBar", { open: true, tab: "problems" });
  if (code !== "broken" || node === undefined) toast("error", message);
  else {
    const label = t("mapper.goTo", { name: titleOf(store.getState(), node) });
    toast("error", message, { label, run: () => goToField(node, at?.key ?? null) });
  }
}

/** Shows a run of the past on the canvas, with the flow as it was. It cannot be changed there. */
export async function openRun(id: string): Promise<void> {
  await flush();
  try {
    const view = await host().call("runs.open", { run: id });
    const { flow, layout, findings, run } = view;
    // Before the canvas is drawn: it fits the flow into the room that is left.
    setPanel("runBar", { open: true, tab: "overview" });
    store.setState({
      open: { flow, layout, findings, saved: { rev: run.rev, at: run.started_at } },
      past: true,
      run: runOfView(view),
      unsaved: [],
      selection: NOTHING_SELECTED,
      inspector: { full: false, focusKey: null, wire: null, flow: false },
      screen: "canvas",
      overlay: null,
    });
    await recallCalls(run.id);
  } catch (thrown) {
    report(thrown);
  }
}

/** The most nodes whose calls are asked for when a run of the past is opened. */
const RECALLED_NODES = 40;

/** Reads the calls of a run of the past, and what it held back, as they were while it ran. */
async function recallCalls(id: string): Promise<void> {
  const { run, catalogue } = store.getState();
  if (run?.run.id !== id || run.flow === null || !isOver(run.run.status)) return;
  const callers = [...walk(run.flow)]
    .filter(({ node }) => typeInfo(catalogue, node.type)?.family === "system")
    .slice(0, RECALLED_NODES);
  try {
    const details = await Promise.all(
      callers.map(({ node }) => host().call("runs.node", { run: id, node: node.id })),
    );
    const { run: now } = store.getState();
    if (now?.run.id !== id || now.calls.length > 0) return;
    store.setState({
      run: recalled(
        now,
        details.flatMap((detail) => detail.events),
      ),
    });
  } catch (thrown) {
    report(thrown);
  }
}

/** Asks what came of the recording or the replay of the run that is shown. */
export async function hearWhatWasTold(id: string): Promise<void> {
  if (store.getState().run?.run.id !== id) return;
  try {
    const told = await host().call("runs.told", { run: id });
    const { run } = store.getState();
    if (told.length > 0 && run?.run.id === id) store.setState({ run: { ...run, told } });
  } catch (thrown) {
    report(thrown);
  }
}

/** Deletes a stored run. */
export async function deleteRun(run: string): Promise<void> {
  try {
    await host().call("runs.delete", { run });
    store.setState(({ history }) => ({ history: withoutRun(history, run) }));
    const { run: shown, past, open } = store.getState();
    if (shown?.run.id === run) {
      store.setState(past ? { run: null, open: null, past: false } : { run: null });
      if (past && open) store.setState({ screen: "runs" });
    }
    toast("ok", t("toast.runDeleted"));
  } catch (thrown) {
    report(thrown);
  }
}
