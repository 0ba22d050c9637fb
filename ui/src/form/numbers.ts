/** Reads a number field as it is typed, templates included. Pure. */
import type { FieldKind } from "../bindings/FieldKind";

export type NumberKind = Extract<FieldKind, { type: "number" }>;
export type NumberReading = {
  value: number | string | undefined;
  fault?: "not_a_number" | "not_whole" | "too_small" | "too_large";
};

/** What a typed text means for a number field; a `{{ template }}` is kept as text. */
export function readNumber(kind: NumberKind, text: string): NumberReading {
  const trimmed = text.trim().replace(",", ".");
  if (trimmed === "") return { value: undefined };
  if (trimmed.startsWith("{{")) return { value: trimmed };
  const value = Number(trimmed);
  if (!Number.isFinite(value)) return { value: trimmed, fault: "not_a_number" };
  if (kind.integer && !Number.isInteger(value)) return { value, fault: "not_whole" };
  if (kind.min !== undefined && value < kind.min) return { value, fault: "too_small" };
  if (kind.max !== undefined && value > kind.max) return { value, fault: "too_large" };
  return { value };
}
