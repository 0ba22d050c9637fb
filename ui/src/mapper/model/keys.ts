/**
 * The keyboard model of the two trees: which key does what on which row. Pure; the trees carry the
 * commands out.
 */
import { canFold, outerRow, type SourceRow } from "./sources";
import { outerTarget, type TargetRow } from "./targets";

/** What is needed of a key press. */
export type Press = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

export type SourceCommand =
  | { do: "go"; index: number }
  | { do: "fold" }
  | { do: "pick" }
  | { do: "cancel" }
  | { do: "search"; text: string };

export type TargetCommand =
  | { do: "go"; index: number }
  | { do: "fold" }
  | { do: "drop" }
  | { do: "cancel" }
  | { do: "move"; step: 1 | -1 }
  | { do: "remove" | "clear" }
  | { do: "open"; what: "menu" | "functions" | "type" | "policy" | "code" }
  /** Types a name: of a new field, or over the one that is there. */
  | { do: "name"; text: string | null };

/** The keys on a target row, for the hints and the menu. */
export const TARGET_KEYS = {
  rule: "Enter",
  functions: ".",
  expression: "=",
  type: ":",
  policy: "!",
  rename: "F2",
  remove: "Delete",
  clear: "Backspace",
  up: "Alt+ArrowUp",
  down: "Alt+ArrowDown",
} as const;

const PAGE = 10;

function stepped(press: Press, index: number, count: number): number | undefined {
  const clamp = (next: number) => Math.min(Math.max(0, next), count - 1);
  switch (press.key) {
    case "ArrowDown":
      return clamp(index + 1);
    case "ArrowUp":
      return clamp(index - 1);
    case "PageDown":
      return clamp(index + PAGE);
    case "PageUp":
      return clamp(index - PAGE);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}

/** A sign or letter that is typed, rather than a key of the app. */
function typed(press: Press): string | undefined {
  const isPlain = !press.ctrlKey && !press.metaKey && !press.altKey;
  return isPlain && press.key.length === 1 && press.key !== " " ? press.key : undefined;
}

/** What a key does in the source tree. */
export function sourceCommand(
  press: Press,
  rows: readonly SourceRow[],
  index: number,
): SourceCommand | undefined {
  if (press.ctrlKey || press.metaKey || press.altKey) return undefined;
  const row = rows[index];
  const next = stepped(press, index, rows.length);
  if (next !== undefined) return { do: "go", index: next };
  switch (press.key) {
    case "ArrowRight":
      if (row === undefined || !canFold(row)) return undefined;
      return row.isFolded ? { do: "fold" } : { do: "go", index: index + 1 };
    case "ArrowLeft":
      if (row !== undefined && canFold(row) && !row.isFolded) return { do: "fold" };
      return { do: "go", index: outerRow(rows, index) };
    case "Enter":
    case " ":
      return row?.type === "root" ? { do: "fold" } : { do: "pick" };
    case "Escape":
      return { do: "cancel" };
    default: {
      const text = typed(press);
      const isLetter = text !== undefined && /[\p{L}\p{N}_]/u.test(text);
      return isLetter ? { do: "search", text } : undefined;
    }
  }
}

/** What a key does in the target tree; `isHolding` while a source was picked up. */
export function targetCommand(
  press: Press,
  rows: readonly TargetRow[],
  index: number,
  isHolding: boolean,
): TargetCommand | undefined {
  const row = rows[index];
  if (press.altKey && (press.key === "ArrowUp" || press.key === "ArrowDown")) {
    return { do: "move", step: press.key === "ArrowUp" ? -1 : 1 };
  }
  if (press.ctrlKey || press.metaKey || press.altKey) return undefined;
  const next = stepped(press, index, rows.length);
  if (next !== undefined) return { do: "go", index: next };
  switch (press.key) {
    case "ArrowRight":
      if (row === undefined || !hasInside(row)) return undefined;
      return isFolded(row) ? { do: "fold" } : { do: "go", index: index + 1 };
    case "ArrowLeft":
      if (row !== undefined && hasInside(row) && !isFolded(row)) return { do: "fold" };
      return { do: "go", index: outerTarget(rows, index) };
    case "Escape":
      return isHolding ? { do: "cancel" } : undefined;
    case "Enter":
    case " ":
      return isHolding ? { do: "drop" } : opened(row);
    default:
      return (isHolding ? undefined : onRow(press, row)) ?? named(press, rows, index);
  }
}

function named(press: Press, rows: readonly TargetRow[], index: number): TargetCommand | undefined {
  const text = typed(press);
  if (text === undefined || !/[\p{L}\p{N}]/u.test(text)) return undefined;
  return { do: "go", index: rowNamed(rows, index, text) };
}

function opened(row: TargetRow | undefined): TargetCommand | undefined {
  if (row?.type === "field") return { do: "open", what: "menu" };
  if (row?.type === "new") return { do: "name", text: "" };
  if (row?.type === "open") return { do: "name", text: row.name };
  return row && { do: "fold" };
}

function onRow(press: Press, row: TargetRow | undefined): TargetCommand | undefined {
  if (row === undefined) return undefined;
  const text = typed(press);
  if (row.type === "open") return undefined;
  if (row.type === "new") {
    return text === undefined || text === "?" ? undefined : { do: "name", text };
  }
  switch (press.key) {
    case "F2":
      return { do: "name", text: null };
    case "Delete":
      return { do: "remove" };
  }
  if (row.type !== "field") return undefined;
  switch (press.key) {
    case "Backspace":
      return { do: "clear" };
    case TARGET_KEYS.functions:
      return { do: "open", what: "functions" };
    case TARGET_KEYS.expression:
      return { do: "open", what: "code" };
    case TARGET_KEYS.type:
      return { do: "open", what: "type" };
    case TARGET_KEYS.policy:
      return { do: "open", what: "policy" };
    case "ContextMenu":
      return { do: "open", what: "menu" };
    default:
      return undefined;
  }
}

function hasInside(row: TargetRow): boolean {
  return row.type === "object" || (row.type === "field" && row.isEach);
}

function isFolded(row: TargetRow): boolean {
  return (row.type === "field" || row.type === "object") && row.isFolded;
}

/** The row whose name begins with what was typed, from the row after the current one on. */
function rowNamed(rows: readonly TargetRow[], index: number, text: string): number {
  const wanted = text.toLowerCase();
  for (let step = 1; step <= rows.length; step += 1) {
    const at = (index + step) % rows.length;
    const row = rows[at];
    if (row !== undefined && row.type !== "new" && row.name.toLowerCase().startsWith(wanted))
      return at;
  }
  return index;
}
