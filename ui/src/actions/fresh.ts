import { toHostError } from "../host/host";
import { withFresh } from "../model/fresh";
import { store } from "../model/store";
import { host } from "./context";

/** Asked for when so long nothing changed: typing asks once, not at every letter. */
const PAUSE_MS = 250;

let timer: ReturnType<typeof setTimeout> | undefined;
/** Which question is the newest; an older one's answer says nothing. */
let asked = 0;

/** Reads again, soon, which nodes of the open flow have outputs that no longer fit it. */
export function refreshFresh(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void ask(), PAUSE_MS);
}

async function ask(): Promise<void> {
  const { open, past, unsaved } = store.getState();
  if (!open || past) return;
  // Once the host has the edits it tells of a new rev, and that asks again.
  if (unsaved.length > 0) return;
  asked += 1;
  const mine = asked;
  const flow = open.flow.id;
  try {
    const nodes = await host().call("flows.freshness", { flow });
    if (mine !== asked || store.getState().open?.flow.id !== flow) return;
    store.setState(({ fresh }) => ({ fresh: withFresh(fresh, flow, nodes) }));
  } catch (thrown) {
    // Marks are a help, not an answer to anything: without them the canvas is as before.
    console.warn("freshness", toHostError(thrown).message);
  }
}

/** Watches what makes outputs stale or fresh: edits that are stored, runs that are over. */
export function watchFresh(): () => void {
  return store.subscribe((state, before) => {
    const { open, run, past } = state;
    if (!open || past) return;
    const isOther = open.flow.id !== before.open?.flow.id || before.past;
    const isEdited = open.saved.rev !== before.open?.saved.rev;
    const isStored = state.unsaved.length === 0 && before.unsaved.length > 0;
    const isOver =
      run !== null &&
      run.run.took_ms !== undefined &&
      (before.run?.run.id !== run.run.id || before.run.run.took_ms === undefined);
    if (isOther || isEdited || isStored || isOver) refreshFresh();
  });
}
