/** The faults that can be ticked for a run, and how each is told to the host. Pure. */
import type { Fault } from "../bindings/Fault";

/** The faults as they are offered, in that order. */
export const FAULTS = [
  "limit",
  "burst",
  "timeout",
  "slow",
  "cut",
  "duplicate",
  "expire",
  "reset",
  "schema",
] as const;

export type FaultName = (typeof FAULTS)[number];

/** A number that is asked for of a fault; texts are asked for of `schema` only. */
export type FaultNumber = "at" | "times" | "retry_after" | "ms";

/** The fault as it is when it is ticked. */
export function freshFault(name: FaultName): Fault {
  switch (name) {
    case "limit":
      return { fault: "status", status: 429, retry_after: 2, at: 3, times: 1 };
    case "burst":
      return { fault: "status", status: 503, at: 2, times: 3 };
    case "slow":
      return { fault: "slow", ms: 500, at: 1, times: 1 };
    case "schema":
      return { fault: "schema", field: "id", at: 1, times: 1 };
    case "timeout":
    case "cut":
    case "duplicate":
    case "expire":
    case "reset":
      return { fault: name, at: 2, times: 1 };
    default:
      return name satisfies never;
  }
}

/** Which of those offered a fault is. */
export function nameOfFault(fault: Fault): FaultName {
  if (fault.fault !== "status") return fault.fault;
  return fault.status === 429 ? "limit" : "burst";
}

/** The numbers that are asked for of a fault. */
export function numbersOf(name: FaultName): FaultNumber[] {
  const own: Partial<Record<FaultName, FaultNumber[]>> = { limit: ["retry_after"], slow: ["ms"] };
  return ["at", "times", ...(own[name] ?? [])];
}

/** The number that a fault has there. */
export function numberOf(fault: Fault, key: FaultNumber): number {
  if (key === "at" || key === "times") return fault[key];
  if (key === "ms") return fault.fault === "slow" ? fault.ms : 0;
  return fault.fault === "status" ? (fault.retry_after ?? 0) : 0;
}

/** The faults with one ticked, or not ticked any more. */
export function withTicked(faults: readonly Fault[], name: FaultName, isTicked: boolean): Fault[] {
  const others = faults.filter((fault) => nameOfFault(fault) !== name);
  return isTicked ? [...others, freshFault(name)] : others;
}

/** The faults with another number of one. */
export function withNumber(
  faults: readonly Fault[],
  name: FaultName,
  key: FaultNumber,
  value: number,
): Fault[] {
  return faults.map((fault) => (nameOfFault(fault) === name ? { ...fault, [key]: value } : fault));
}

/** The faults with another field that answers have lost. */
export function withField(faults: readonly Fault[], field: string): Fault[] {
  return faults.map((fault) => (fault.fault === "schema" ? { ...fault, field } : fault));
}
