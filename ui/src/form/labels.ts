/** Texts around fields that come from values rather than from the catalogue. Pure. */
import type { Field } from "../bindings/Field";
import { t } from "../words/t";

/** The name of an edit in the undo list. */
export function changeLabel(label: string): string {
  return t("form.change", { label });
}

/** What an empty field shows: its fallback, else its example. */
export function placeholderOf(field: Pick<Field, "default" | "example">): string {
  const { default: fallback, example } = field;
  if (fallback !== undefined && fallback !== null && fallback !== "" && !isEmpty(fallback)) {
    return typeof fallback === "string" ? fallback : JSON.stringify(fallback);
  }
  return example === undefined || example === "" ? "" : t("form.example", { example });
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
