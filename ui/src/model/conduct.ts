/** How a run is made: live or from a cassette, with which faults. Pure. */
import type { Fault } from "../bindings/Fault";
import type { RunMode } from "../bindings/RunMode";

/** All modes, in the order of the menu. */
export const MODES: readonly RunMode[] = ["live", "record", "replay", "mock", "dry_run"];

/** How the next run is made. */
export type Conduct = {
  mode: RunMode;
  /** The cassette or the mock; the host takes the newest of the flow without one. */
  cassette: string | null;
  /** Whether a replay takes calls that differ for the same. */
  lenient: boolean;
  /** Whether personal data is kept out of a recording. */
  hidesPersonal: boolean;
  faults: Fault[];
  /** Nodes whose calls are met in another way. */
  nodes: Record<string, RunMode>;
};

/** As it is at first: live, without faults. */
export const LIVE: Conduct = {
  mode: "live",
  cassette: null,
  lenient: false,
  hidesPersonal: false,
  faults: [],
  nodes: {},
};

/** Whether the next run is an ordinary one. */
export function isLive({ mode, faults, nodes }: Conduct): boolean {
  return mode === "live" && faults.length === 0 && Object.keys(nodes).length === 0;
}

/** Whether a mode reads or writes a file of cassettes. */
export function takesCassette(mode: RunMode): boolean {
  return mode === "record" || mode === "replay" || mode === "mock";
}

/** What is told of it to the host; nothing of what is as usual. */
export function argsOf({ mode, cassette, lenient, hidesPersonal, faults, nodes }: Conduct) {
  const modes = [mode, ...Object.values(nodes)];
  return {
    ...(mode === "live" ? {} : { mode }),
    ...(cassette !== null && modes.some(takesCassette) ? { cassette } : {}),
    ...(lenient && modes.includes("replay") ? { lenient } : {}),
    ...(hidesPersonal && modes.includes("record") ? { hide_personal: true } : {}),
    ...(faults.length > 0 ? { faults } : {}),
    ...(Object.keys(nodes).length > 0 ? { node_modes: nodes } : {}),
  };
}

/** Another mode; what was chosen for the last one does not fit it. */
export function withMode(conduct: Conduct, mode: RunMode): Conduct {
  return mode === conduct.mode ? conduct : { ...conduct, mode, cassette: null };
}

/** The mode of one node, or as the run's with null. */
export function withNodeMode(conduct: Conduct, node: string, mode: RunMode | null): Conduct {
  const { [node]: _last, ...others } = conduct.nodes;
  return { ...conduct, nodes: mode === null ? others : { ...others, [node]: mode } };
}
