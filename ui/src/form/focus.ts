/** Brings a field into view and puts the cursor into it: "jump to field". */
import { parent } from "./pointer";

/** Focuses the field at `key`, or the nearest field around it; false where there is none. */
export function focusField(root: HTMLElement, key: string): boolean {
  for (let at = key; at !== ""; at = parent(at)) {
    const field = root.querySelector(`[data-key="${CSS.escape(at)}"]`);
    if (field === null) continue;
    field.scrollIntoView({ block: "center" });
    const input = field.querySelector(
      "[data-cell-text], .cm-content, input, textarea, button[data-field]",
    );
    if (input instanceof HTMLElement) input.focus();
    return true;
  }
  return false;
}
