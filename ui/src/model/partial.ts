/** Which part of a flow is run, and what was told that such a run would do. Pure. */
import type { PlannedNode } from "../bindings/PlannedNode";
import type { RetryFrom } from "../bindings/RetryFrom";
import type { RetryVersion } from "../bindings/RetryVersion";
import type { RunPlan } from "../bindings/RunPlan";
import type { RunSummary } from "../bindings/RunSummary";

/** A run of a part: one node alone, all up to it, or all from it on. */
export type Part = { kind: "node" | "to" | "from"; node: string };

type PartArgs = { node?: string; to?: string; from?: string; anew?: boolean };

/** A run that is about to be started, with what it would do. */
export type Planned = {
  flow: string;
  part: Part;
  /** Whether nothing is taken over from earlier runs. */
  anew: boolean;
  /** Null while it is asked for. */
  plan: RunPlan | null;
};

/** What is started once the user has said that it may write in production. */
export type Asked =
  | { type: "run"; part: Part | null; anew: boolean; input?: unknown[] }
  | { type: "retry"; run: RunSummary; from: RetryFrom; version: RetryVersion }
  | { type: "parked"; ids: number[]; version: RetryVersion };

/** What tells the host of the part. */
export function argsOfPart({ kind, node }: Part, anew: boolean): PartArgs {
  const again = anew ? { anew } : {};
  switch (kind) {
    case "node":
      return { node, ...again };
    case "to":
      return { to: node, ...again };
    case "from":
      return { from: node, ...again };
    default:
      return kind satisfies never;
  }
}

/** Whether two parts are one. */
export function isSamePart(a: Part, b: Part): boolean {
  return a.kind === b.kind && a.node === b.node;
}

/** The nodes that would be run, and those whose outputs would be taken over. */
export function halves(plan: RunPlan): { run: PlannedNode[]; reused: PlannedNode[] } {
  return {
    run: plan.nodes.filter((node) => !node.reused),
    reused: plan.nodes.filter((node) => node.reused),
  };
}
