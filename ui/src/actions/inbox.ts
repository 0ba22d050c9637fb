import { toHostError } from "../host/host";
import { sortedAnswered, sortedOpen } from "../model/inbox";
import { store } from "../model/store";
import { t } from "../words/t";
import { host, report, toast } from "./context";

const OPEN = 1000;
const ANSWERED = 1000;

/** Reads what waits for an answer, and what was answered when that is shown. */
export async function loadInbox(): Promise<void> {
  const isShown = store.getState().screen === "inbox";
  try {
    const [open, answered] = await Promise.all([
      host().call("inbox.list", { answered: false, limit: OPEN }),
      isShown ? host().call("inbox.list", { answered: true, limit: ANSWERED }) : null,
    ]);
    store.setState(({ inbox }) => ({
      inbox: {
        ...inbox,
        open: sortedOpen(open),
        ...(answered === null ? {} : { answered: sortedAnswered(answered) }),
      },
    }));
  } catch (thrown) {
    // Nobody asked for the count; whoever is on the screen is told.
    if (isShown) report(thrown);
    else console.warn("inbox", toHostError(thrown).message);
  }
}

/** What a person answers: yes or no, the data where it was changed, and a note. */
export type Decision = { approve: boolean; value?: unknown; note: string };

/** Answers a question; the run goes on with the answer. */
export async function decide(id: number, { approve, value, note }: Decision): Promise<void> {
  try {
    await host().call("inbox.decide", {
      id,
      approve,
      ...(value === undefined ? {} : { value }),
      ...(note.trim() === "" ? {} : { note: note.trim() }),
    });
    toast("ok", t(approve ? "inbox.approved" : "inbox.rejected"));
    store.setState(({ inbox }) => ({
      inbox: {
        ...inbox,
        open: inbox.open?.filter((each) => each.id !== id) ?? null,
        item: inbox.item === id ? null : inbox.item,
        draft: inbox.draft?.id === id ? null : inbox.draft,
      },
    }));
  } catch (thrown) {
    report(thrown);
  }
  await loadInbox();
}

/** Sends the signal that an item waits for, as another system would. */
export async function sendSignal(run: string, name: string, value: unknown): Promise<void> {
  try {
    const heard = await host().call("inbox.signal", {
      run,
      name,
      ...(value === undefined ? {} : { value }),
    });
    toast(heard > 0 ? "ok" : "neutral", t(heard > 0 ? "inbox.signalled" : "inbox.notHeard"));
  } catch (thrown) {
    report(thrown);
  }
  await loadInbox();
}
