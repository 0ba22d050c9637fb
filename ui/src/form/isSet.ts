/** Whether a field holds something else than what is taken without it. Pure. */
import type { Field } from "../bindings/Field";
import { isRecord } from "./pointer";

/** Whether somebody chose the value; one that is as by default was not chosen. */
export function isSet(field: Field, value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false) return false;
  const { kind, default: fallback } = field;
  if (JSON.stringify(value) === JSON.stringify(fallback)) return false;
  if (kind.type === "group" && isRecord(value)) {
    const usual = isRecord(fallback) ? fallback : {};
    return kind.fields.some((each) =>
      isSet({ ...each, default: usual[each.key] ?? each.default }, value[each.key]),
    );
  }
  return true;
}
