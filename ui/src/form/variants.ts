/** Which of several groups of fields a value is, and what choosing another keeps. Pure. */
import type { FieldKind } from "../bindings/FieldKind";
import type { Variant } from "../bindings/Variant";
import { isRecord } from "./pointer";

export type VariantsKind = Extract<FieldKind, { type: "variants" }>;

/** The variant that a value is, by its tag; a plain text may name it too. */
export function variantOf(kind: VariantsKind, value: unknown): Variant | undefined {
  const tag = isRecord(value) ? value[kind.tag] : value;
  return kind.options.find((option) => option.value === tag);
}

/** The value after choosing a variant: fields that both have stay, the others go. */
export function withVariant(
  kind: VariantsKind,
  value: unknown,
  chosen: Variant,
): Record<string, unknown> {
  const kept = isRecord(value)
    ? chosen.fields.flatMap((field): [string, unknown][] =>
        field.key in value && field.key !== kind.tag ? [[field.key, value[field.key]]] : [],
      )
    : [];
  return { [kind.tag]: chosen.value, ...Object.fromEntries(kept) };
}
