/** Parked items, questions to people, and what flows keep, of the host in memory. */
import type { InboxItem } from "../../bindings/InboxItem";
import type { ParkedGroup } from "../../bindings/ParkedGroup";
import type { ParkedItem } from "../../bindings/ParkedItem";
import type { StateEntry } from "../../bindings/StateEntry";
import type { UiEvent } from "../../bindings/UiEvent";
import type { CommandName, Commands } from "../commands";
import { HostError } from "../host";

type Command = Extract<CommandName, `parked.${string}` | `inbox.${string}` | `states.${string}`>;
type Handlers = { [K in Command]: (args: Commands[K]["args"]) => Commands[K]["ret"] };
type Filter = Commands["parked.list"]["args"];

/** What such a host begins with. */
export type Waiting = {
  parked?: readonly ParkedItem[];
  inbox?: readonly InboxItem[];
  states?: readonly StateEntry[];
};

function passes(item: ParkedItem, { flow, run, cause, state, before }: Filter): boolean {
  return (
    (flow ?? item.flow) === item.flow &&
    (run ?? item.run) === item.run &&
    (cause ?? item.cause) === item.cause &&
    (state ?? item.state) === item.state &&
    (before ?? item.id + 1) > item.id
  );
}

type NameOf = (flow: string, node?: string) => string;

function groupOf(items: readonly ParkedItem[], nameOf: NameOf): ParkedGroup[] {
  const [first] = items;
  if (first === undefined) return [];
  const times = items.map(({ at }) => at);
  const open = items.filter(({ state }) => state === "open").length;
  const resolved = items.filter(({ state }) => state === "resolved").length;
  return [
    {
      cause: first.cause,
      flow: first.flow,
      flow_name: nameOf(first.flow),
      node: first.node,
      node_name: nameOf(first.flow, first.node),
      class: first.error.class,
      message: first.error.message,
      advice: first.error.advice ?? "",
      verdict:
        first.error.class === "validation"
          ? "11 others are fine, so this is data, not set-up."
          : "The other system could not answer just now; trying again may do.",
      open,
      resolved,
      first_at: Math.min(...times),
      last_at: Math.max(...times),
    },
  ];
}

function together<T>(all: readonly T[], keyOf: (each: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const each of all) {
    const group = groups.get(keyOf(each));
    if (group) group.push(each);
    else groups.set(keyOf(each), [each]);
  }
  return [...groups.values()];
}

function oneOf<T extends { id: number }>(list: readonly T[], id: number): T {
  const found = list.find((each) => each.id === id);
  if (found) return found;
  throw new HostError({ code: "not_found", message: `There is nothing with the number ${id}.` });
}

const RETRY_MS = 1500;

/** The handlers of what waits for a person. */
export function memoryWaiting(
  tell: (events: UiEvent[]) => void,
  nameOf: NameOf,
  start: Waiting = {},
): Handlers {
  const parked = (start.parked ?? []).map((each) => ({ ...each }));
  const inbox = (start.inbox ?? []).map((each) => ({ ...each }));
  const states = [...(start.states ?? [])];
  const found = (filter: Filter) =>
    parked.filter((each) => passes(each, filter)).sort((a, b) => b.id - a.id);
  const answer = (item: InboxItem, outcome: string, note: string | undefined): InboxItem => {
    Object.assign(item, { outcome, answered_at: Date.now(), ...(note ? { note } : {}) });
    tell([{ type: "inbox_changed" }]);
    return { ...item };
  };
  return {
    "parked.groups": (filter) =>
      // All items with a reason count, whichever of them are asked for.
      together(found({ ...filter, state: undefined }), ({ cause }) => cause)
        .filter((items) => items.some((item) => passes(item, filter)))
        .flatMap((items) => groupOf(items, nameOf)),
    "parked.list": (filter) => found(filter).slice(0, filter.limit ?? 200),
    "parked.mend": ({ id, value }) => {
      const item = oneOf(parked, id);
      if (value === undefined) delete item.edited;
      else item.edited = value;
      return { ...item };
    },
    "parked.retry": ({ ids }) => {
      for (const id of ids) oneOf(parked, id).state = "retrying";
      tell([{ type: "parked_changed" }]);
      setTimeout(() => {
        for (const id of ids) oneOf(parked, id).state = "resolved";
        tell([{ type: "parked_changed" }]);
      }, RETRY_MS);
      return [];
    },
    "parked.resolve": ({ ids, note }) => {
      for (const id of ids) Object.assign(oneOf(parked, id), { state: "resolved", note });
      tell([{ type: "parked_changed" }]);
      return null;
    },
    "parked.export": (filter) => ({
      name: "parked.json",
      text: JSON.stringify(found(filter), null, 2),
    }),
    "inbox.list": ({ run, answered, limit }) =>
      inbox
        .filter(
          (each) =>
            (run ?? each.run) === each.run && (answered === true) === (each.outcome !== undefined),
        )
        .slice(0, limit ?? 200),
    "inbox.decide": ({ id, approve, note }) =>
      answer(oneOf(inbox, id), approve ? "approved" : "rejected", note),
    "inbox.signal": ({ run, name }) => {
      const waiting = inbox.filter(
        (each) =>
          each.signal === name && (run ?? each.run) === each.run && each.outcome === undefined,
      );
      for (const each of waiting) answer(each, "signalled", undefined);
      return waiting.length;
    },
    "states.list": ({ flow }) => {
      const all = states.filter((each) => (flow ?? each.flow) === each.flow);
      return together(all, (each) => `${each.flow} ${each.key}`).flatMap((same) => same.slice(-1));
    },
    "states.history": ({ flow, key }) =>
      states.filter((each) => each.flow === flow && each.key === key).reverse(),
    "states.set": ({ flow, key, value }) => {
      const entry: StateEntry = {
        flow,
        flow_name: nameOf(flow),
        key,
        at: Date.now(),
        ...(value === undefined ? {} : { value }),
      };
      states.push(entry);
      tell([{ type: "state_changed", flow }]);
      return entry;
    },
  };
}
