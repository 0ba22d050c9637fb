import { store } from "../model/store";
import { t } from "../words/t";
import { type Action, matches } from "./action";
import { ACTIONS } from "./all";
import { pasteText, selectedText } from "./clipboard";
import { toast } from "./context";
import { deleteSelected } from "./nodes";

function elementOf(event: Event): Element | null {
  return event.target instanceof Element ? event.target : null;
}

function isTyping(at: Element | null): boolean {
  return !!at?.closest("input, textarea, select, [contenteditable='true'], .cm-editor");
}

/** Whether a list, menu or window over the others has the keys; of tabs only the plain ones. */
function isElsewhere(at: Element | null, { ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (at?.closest("[role='dialog'], [role='menu'], [role='listbox']")) return true;
  return !(ctrlKey || metaKey || altKey) && !!at?.closest("[role='tablist']");
}

/** Whether a list, menu, window or tab has the focus: what is copied is not of the canvas. */
function isInList(at: Element | null): boolean {
  return !!at?.closest("[role='dialog'], [role='menu'], [role='listbox'], [role='tablist']");
}

function isOnCanvas(at: Element | null): boolean {
  return at === null || at === document.body || !!at.closest("[data-keys='canvas']");
}

function reaches(action: Action, at: Element | null, event: KeyboardEvent): boolean {
  if (isElsewhere(at, event)) return action.reach === "always" && action.id === "commands";
  switch (action.reach) {
    case "always":
      return true;
    case "screen":
    case "mapper":
      return !isTyping(at);
    case "canvas":
      return !isTyping(at) && isOnCanvas(at);
    default:
      return action.reach satisfies never;
  }
}

/** Runs the action of a key press. */
export function press(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const at = elementOf(event);
  const state = store.getState();
  for (const action of ACTIONS) {
    if (action.keysElsewhere || !action.keys?.some((keys) => matches(event, keys))) continue;
    if (!reaches(action, at, event) || !action.enabled(state)) continue;
    event.preventDefault();
    action.run(state);
    return;
  }
}

function isOurs(event: ClipboardEvent): boolean {
  const at = elementOf(event);
  if (store.getState().screen !== "canvas" || isTyping(at) || isInList(at)) return false;
  return isOnCanvas(at) && (window.getSelection()?.isCollapsed ?? true);
}

function copy(event: ClipboardEvent): void {
  const text = isOurs(event) ? selectedText() : null;
  if (text === null) return;
  event.preventDefault();
  event.clipboardData?.setData("text/plain", text);
  const n = store.getState().selection.nodes.length;
  if (event.type === "cut") deleteSelected();
  else toast("ok", t("toast.copied", { n }));
}

function paste(event: ClipboardEvent): void {
  if (!isOurs(event)) return;
  const text = event.clipboardData?.getData("text/plain") ?? "";
  event.preventDefault();
  if (!pasteText(text)) toast("error", t("toast.pasteNothing"));
}

/** Listens to keys and to the clipboard until the returned function is called. */
export function listen(): () => void {
  document.addEventListener("keydown", press);
  document.addEventListener("copy", copy);
  document.addEventListener("cut", copy);
  document.addEventListener("paste", paste);
  return () => {
    document.removeEventListener("keydown", press);
    document.removeEventListener("copy", copy);
    document.removeEventListener("cut", copy);
    document.removeEventListener("paste", paste);
  };
}
