/** What a flow's settings are stored as: nothing where they say what holds anyway. Pure. */
import type { Contract } from "../bindings/Contract";
import type { Overlap } from "../bindings/Overlap";
import type { RunPolicy } from "../bindings/RunPolicy";

/** What happens to a second run, in the order of the list. */
export const OVERLAPS: readonly Overlap[] = ["parallel", "queue", "skip", "replace"];

/** The policy with another answer to a second start; none where every start simply runs. */
export function withOverlap(
  policy: RunPolicy | undefined,
  overlap: Overlap,
): RunPolicy | undefined {
  return overlap === "parallel" ? undefined : { ...policy, overlap };
}

/** The policy with another number of runs at once; 1 is what holds without it. */
export function withAtOnce(
  policy: RunPolicy | undefined,
  atOnce: number | null,
): RunPolicy | undefined {
  if (policy === undefined) return undefined;
  const { at_once: _last, ...rest } = policy;
  return atOnce === null || atOnce <= 1 ? rest : { ...rest, at_once: Math.floor(atOnce) };
}

/** The hosts of a text with one on each line; none of an empty one. */
export function hostsOfText(text: string): string[] | undefined {
  const hosts = text
    .split(/[\s,;]+/)
    .map((host) => host.trim())
    .filter((host) => host !== "");
  return hosts.length === 0 ? undefined : [...new Set(hosts)];
}

/** The contract with another schema for one side; none where neither side has one. */
export function withSchema(
  contract: Contract | undefined,
  side: "input" | "output",
  schema: unknown,
): Contract | undefined {
  const { [side]: _last, ...rest } = contract ?? {};
  const next: Contract = schema === undefined ? rest : { ...rest, [side]: schema };
  return Object.keys(next).length === 0 ? undefined : next;
}
