/** Search in items: by any text in keys or values, without regard to case. Pure. */
import { isRecord } from "../form/pointer";

/** The indexes of the items in which the text occurs; all of them for an empty text. */
export function matches(items: readonly unknown[], text: string): number[] {
  const wanted = text.trim().toLowerCase();
  const all = items.map((_, index) => index);
  return wanted === "" ? all : all.filter((index) => contains(items[index], wanted));
}

function contains(value: unknown, wanted: string): boolean {
  if (Array.isArray(value)) return value.some((element) => contains(element, wanted));
  if (isRecord(value)) {
    return Object.entries(value).some(
      ([key, inner]) => key.toLowerCase().includes(wanted) || contains(inner, wanted),
    );
  }
  return String(value).toLowerCase().includes(wanted);
}
