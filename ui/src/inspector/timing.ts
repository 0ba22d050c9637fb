/** What a call tells of itself besides its messages: the parts of its time, and masked places. Pure. */
import type { Exchange } from "../bindings/Exchange";

/** The parts of a call, in the order of their happening. */
export const PHASES = ["dns", "connect", "wait", "receive"] as const;
type Phase = (typeof PHASES)[number];

export type PhasePart = { phase: Phase; ms: number; share: number };

/** How the time of a call was spent; nothing where it is not known. */
export function phaseParts({ phases }: Exchange): PhasePart[] {
  if (phases === undefined) return [];
  const known = PHASES.flatMap((phase) => {
    const us = phases[`${phase}_us`];
    return us === undefined ? [] : [{ phase, us }];
  });
  const all = known.reduce((sum, { us }) => sum + us, 0);
  return known.map(({ phase, us }) => ({
    phase,
    ms: us / 1000,
    share: all === 0 ? 1 / known.length : us / all,
  }));
}

const DAY_MS = 86_400_000;

/** How many days a certificate is still valid; below 0 when it has run out. */
export function daysLeft(expires: number, now: number): number {
  return Math.floor((expires - now) / DAY_MS);
}
