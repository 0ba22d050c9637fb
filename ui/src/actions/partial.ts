import { argsOfPart, isSamePart, type Part } from "../model/partial";
import { onlyNode } from "../model/selection";
import { store } from "../model/store";
import { host, report } from "./context";
import { flush } from "./editing";
import { startRun } from "./runs";

/**
 * Shows what a run of a part would do. Asked for a second time while that is shown, it is
 * started: the key pressed twice runs.
 */
export async function planPart(part: Part): Promise<void> {
  const { planned, past } = store.getState();
  if (past) return;
  if (planned?.plan && isSamePart(planned.part, part)) {
    startPlanned();
    return;
  }
  await readPlan(part, false);
}

/** The same for the selected node. */
export function planSelected(kind: Part["kind"]): void {
  const node = onlyNode(store.getState().selection);
  if (node !== null) void planPart({ kind, node });
}

async function readPlan(part: Part, anew: boolean): Promise<void> {
  await flush();
  const { open } = store.getState();
  if (!open) return;
  const flow = open.flow.id;
  const asked = { flow, part, anew, plan: null };
  store.setState(({ planned }) => ({
    // What is shown stays until the answer is there, so that nothing jumps.
    planned: planned && isSamePart(planned.part, part) ? { ...planned, anew } : asked,
  }));
  try {
    const plan = await host().call("runs.plan", { flow, ...argsOfPart(part, anew) });
    const { planned } = store.getState();
    if (planned && isSamePart(planned.part, part) && planned.anew === anew) {
      store.setState({ planned: { ...planned, plan } });
    }
  } catch (thrown) {
    store.setState({ planned: null });
    report(thrown);
  }
}

/** Takes over what earlier runs brought, or nothing of it. */
export function setAnew(anew: boolean): void {
  const { planned } = store.getState();
  if (planned) void readPlan(planned.part, anew);
}

/** Starts the run whose plan is shown. */
export function startPlanned(): void {
  const { planned } = store.getState();
  if (!planned) return;
  store.setState({ planned: null });
  void startRun(planned.part, { anew: planned.anew });
}

/** Takes the plan away; nothing is run. */
export function dropPlan(): void {
  store.setState({ planned: null });
}

/** Reads the plan again when the flow it is of was changed, and takes it away when it is gone. */
export function watchPlan(): () => void {
  return store.subscribe((state, before) => {
    const { planned, open, past } = state;
    if (!planned) return;
    if (past || open?.flow.id !== planned.flow) dropPlan();
    else if (open.saved.rev !== before.open?.saved.rev && before.planned === planned) {
      void readPlan(planned.part, planned.anew);
    }
  });
}
