/**
 * Whether an error comes from the set-up, from the data or from the other system, by its class and
 * by how many other items went well. Pure; the words are in the catalogue.
 */
import type { ErrorClass } from "../bindings/ErrorClass";
import type { NodeCounts } from "../bindings/NodeCounts";

export type Verdict =
  /** Some items went well: this item's data is the cause. */
  | { type: "data"; fine: number; failed: number }
  /** No item went well: what the node is set up with is the cause. */
  | { type: "setup"; failed: number }
  /** The other system could not answer just now: trying again may do. */
  | { type: "passing"; fine: number; failed: number }
  /** It is not known whether the write was done. */
  | { type: "unsure" }
  /** Nobody's fault but the program's. */
  | { type: "ours" }
  | { type: "stopped" }
  /** A loop went past its bound: what it does, or the bound, is the cause. */
  | { type: "bound" }
  /** A person said no. */
  | { type: "refused" };

/** What the counts and the class say together. */
export function verdictOf(kind: ErrorClass, counts: NodeCounts | undefined): Verdict {
  const failed = Math.max(1, counts?.rejected ?? 1);
  const fine = Math.max(0, (counts?.items_in ?? failed) - failed);
  switch (kind) {
    case "timeout":
    case "limit":
    case "server":
    case "connection":
      return { type: "passing", fine, failed };
    case "auth":
      return { type: "setup", failed };
    case "validation":
    case "not_found":
    case "conflict":
    case "answer":
    case "expression":
    case "file":
      return fine > 0 ? { type: "data", fine, failed } : { type: "setup", failed };
    case "unknown_outcome":
      return { type: "unsure" };
    case "internal":
      return { type: "ours" };
    case "stopped":
      return { type: "stopped" };
    case "guard":
      return { type: "bound" };
    case "rejected":
      return { type: "refused" };
    default:
      return unreachable(kind);
  }
}

function unreachable(kind: never): never {
  throw new Error(`unknown class of error ${String(kind)}`);
}
