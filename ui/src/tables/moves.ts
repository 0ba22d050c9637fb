/** Where keys lead in a sheet. Pure. */
import type { Area, Place } from "../model/tables";

type Press = Pick<globalThis.KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey">;
type Size = { rows: number; columns: number; page: number };

const held = (press: Press) => press.ctrlKey || press.metaKey;

/** The area after a key; undefined where the key leads nowhere. The last row is the one for new. */
export function moved(area: Area, press: Press, size: Size): Area | undefined {
  const target = targetOf(area.to, press, size);
  if (target === undefined) return undefined;
  const to = {
    row: Math.min(Math.max(target.row, 0), size.rows),
    column: Math.min(Math.max(target.column, 0), size.columns - 1),
  };
  return press.shiftKey && press.key !== "Tab" ? { at: area.at, to } : { at: to, to };
}

function targetOf({ row, column }: Place, press: Press, size: Size): Place | undefined {
  const last = size.columns - 1;
  switch (press.key) {
    case "ArrowUp":
      return { row: held(press) ? 0 : row - 1, column };
    case "ArrowDown":
      return { row: held(press) ? size.rows - 1 : row + 1, column };
    case "ArrowLeft":
      return { row, column: held(press) ? 0 : column - 1 };
    case "ArrowRight":
      return { row, column: held(press) ? last : column + 1 };
    case "PageUp":
      return { row: row - size.page, column };
    case "PageDown":
      return { row: row + size.page, column };
    case "Home":
      return { row: held(press) ? 0 : row, column: 0 };
    case "End":
      return { row: held(press) ? size.rows - 1 : row, column: last };
    default:
      return undefined;
  }
}

/** The place after a value was typed: below with Enter, beside with Tab. */
export function afterTyping(at: Place, press: Press, size: Size): Place {
  const step = press.shiftKey ? -1 : 1;
  const next =
    press.key === "Tab"
      ? { row: at.row, column: at.column + step }
      : { row: at.row + step, column: at.column };
  return {
    row: Math.min(Math.max(next.row, 0), size.rows),
    column: Math.min(Math.max(next.column, 0), size.columns - 1),
  };
}

/** Whether a key types a letter. */
export function isLetter(press: Press): boolean {
  return press.key.length === 1 && !held(press);
}
