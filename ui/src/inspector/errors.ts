/** The errors of a node, alike ones together: twelve items with the same cause are one thing to mend. Pure. */
import type { ItemError } from "../bindings/ItemError";
import type { NodeCounts } from "../bindings/NodeCounts";
import { formatCount } from "../words/format";
import { t } from "../words/t";
import { verdictOf } from "./verdict";

export type ErrorGroup = { key: string; errors: ItemError[] };

/** Errors with the same class and the same sentence but for numbers and quoted values. */
export function grouped(errors: readonly ItemError[]): ErrorGroup[] {
  const groups = new Map<string, ItemError[]>();
  for (const error of errors) {
    const key = `${error.class} ${patternOf(error.message)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [error]);
    else group.push(error);
  }
  return [...groups]
    .map(([key, alike]) => ({ key, errors: alike }))
    .sort((one, other) => other.errors.length - one.errors.length);
}

/** The sentence that tells the author where to look: in the data, in the set-up, or nowhere yet. */
export function verdictSentence(error: ItemError, counts: NodeCounts | undefined): string {
  const verdict = verdictOf(error.class, counts);
  switch (verdict.type) {
    case "data":
      return t(verdict.fine === 1 ? "verdict.dataOne" : "verdict.data", {
        fine: formatCount(verdict.fine),
      });
    case "setup":
      return t(verdict.failed === 1 ? "verdict.setupOne" : "verdict.setup", {
        failed: formatCount(verdict.failed),
      });
    case "passing":
      return verdict.fine > 0
        ? t("verdict.passing", { fine: formatCount(verdict.fine) })
        : t("verdict.passingAll");
    case "unsure":
      return t("verdict.unsure");
    case "ours":
      return t("verdict.ours");
    case "stopped":
      return t("verdict.stopped");
    case "bound":
      return t("verdict.bound");
    case "refused":
      return t("verdict.refused");
    default:
      return verdict satisfies never;
  }
}

function patternOf(message: string): string {
  return message.replace(/“[^”]*”|"[^"]*"|`[^`]*`/g, "…").replace(/\d+/g, "0");
}

/** The first sentence of a message, and what follows it. A point within a word ends nothing. */
export function splitSentence(message: string): [first: string, rest: string] {
  const at = message.indexOf(". ");
  if (at < 0) return [message, ""];
  return [message.slice(0, at + 1), message.slice(at + 2)];
}
