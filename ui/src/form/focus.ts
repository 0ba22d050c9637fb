/** Brings a field into view and puts the cursor into it: "jump to field". */
import { parent } from "./pointer";

const INPUTS =
  "[data-cell-text], .cm-content, input:not([type=hidden]), textarea, button:not([disabled])";

/** Focuses the field at `key`, or the nearest field around it; false where there is none. */
export function focusField(root: HTMLElement, key: string): boolean {
  for (let at = key; at !== ""; at = parent(at)) {
    const field = root.querySelector(`[data-key="${CSS.escape(at)}"]`);
    if (field === null) continue;
    field.scrollIntoView({ block: "center" });
    focusInput(field);
    return true;
  }
  return false;
}

/** Puts the cursor into the first input below `row`. */
export function focusInput(row: Element): void {
  const input = row.querySelector(INPUTS);
  if (input instanceof HTMLElement) input.focus();
}
