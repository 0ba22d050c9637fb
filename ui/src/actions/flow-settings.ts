import type { Overlap } from "../bindings/Overlap";
import { hostsOfText, withAtOnce, withOverlap, withSchema } from "../model/flow-settings";
import { type State, store } from "../model/store";
import { t, type Word } from "../words/t";
import { edit } from "./editing";

function set(key: string, label: Word, makeValue: (flow: Flow) => unknown): void {
  const { open } = store.getState();
  if (!open) return;
  const value = makeValue(open.flow);
  edit(t("flowSettings.change", { label: t(label) }), {
    type: "set_flow",
    key,
    ...(value === undefined ? {} : { value }),
  });
}

type Flow = NonNullable<State["open"]>["flow"];

/** What happens when the open flow is started while it runs. */
export function setOverlap(overlap: Overlap): void {
  set("/runs", "flowSettings.overlap", (flow) => withOverlap(flow.runs, overlap));
}

/** How many runs of the open flow may go at once before that matters. */
export function setAtOnce(atOnce: number | null): void {
  set("/runs", "flowSettings.atOnce", (flow) => withAtOnce(flow.runs, atOnce));
}

/** The only hosts that the open flow's calls may reach, one on each line. */
export function setHosts(text: string): void {
  set("/hosts", "flowSettings.hosts", () => hostsOfText(text));
}

/** What an item looks like that the open flow takes, or gives, when another one calls it. */
export function setSchema(side: "input" | "output", schema: unknown): void {
  set("/contract", `flowSettings.${side}`, (flow) => withSchema(flow.contract, side, schema));
}
