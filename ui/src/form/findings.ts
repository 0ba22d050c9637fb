/** Which diagnostics belong to which field of a node's form. Pure. */
import type { Diagnostic } from "../bindings/Diagnostic";
import type { Severity } from "../bindings/Severity";
import { isWithin } from "./pointer";

const ORDER: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

/** The diagnostics of one node, worst first. */
export function ofNode(diagnostics: readonly Diagnostic[], node: string): Diagnostic[] {
  return diagnostics
    .filter((diagnostic) => diagnostic.at.node === node)
    .sort((one, other) => ORDER[one.severity] - ORDER[other.severity]);
}

/** Those exactly at a field. */
export function at(diagnostics: readonly Diagnostic[], key: string): Diagnostic[] {
  return diagnostics.filter((diagnostic) => diagnostic.at.key === key);
}

/** Those at a field or at anything inside it. */
export function within(diagnostics: readonly Diagnostic[], key: string): Diagnostic[] {
  return diagnostics.filter((diagnostic) => isWithin(diagnostic.at.key ?? "", key));
}

/** Those that no field shows: without a key, or at a key that the form has no field for. */
export function elsewhere(
  diagnostics: readonly Diagnostic[],
  keys: readonly string[],
): Diagnostic[] {
  return diagnostics.filter(
    (diagnostic) => !keys.some((key) => isWithin(diagnostic.at.key ?? "", key)),
  );
}

/** The worst severity among some diagnostics. */
export function worst(diagnostics: readonly Diagnostic[]): Severity | undefined {
  return diagnostics
    .map((diagnostic) => diagnostic.severity)
    .sort((one, other) => ORDER[one] - ORDER[other])[0];
}
