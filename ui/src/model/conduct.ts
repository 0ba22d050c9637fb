/** How a run is made: live or from a cassette, with which faults. Pure. */
import type { Fault } from "../bindings/Fault";

/** What stands in the place of the systems. */
export type Mode = "live" | "record" | "replay" | "mock" | "dry_run";

/** All modes, in the order of the menu. */
export const MODES: readonly Mode[] = ["live", "record", "replay", "mock", "dry_run"];

/** How the next run is made. */
export type Conduct = { mode: Mode; cassette: string | null; faults: Fault[] };

/** What is told of it to the host; nothing of what is as usual. */
export function argsOf({ mode, cassette, faults }: Conduct) {
  return {
    ...(mode === "live" ? {} : { mode }),
    ...(cassette !== null && (mode === "record" || mode === "replay") ? { cassette } : {}),
    ...(faults.length > 0 ? { faults } : {}),
  };
}

/** As it is at first: live, without faults. */
export const LIVE: Conduct = { mode: "live", cassette: null, faults: [] };
