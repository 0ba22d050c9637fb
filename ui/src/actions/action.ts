import type { LucideIcon } from "lucide-react";
import type { State } from "../model/store";
import type { Word } from "../words/t";

/** Where an action stands in the list of keys and in the command palette. */
export type Group = "run" | "edit" | "canvas" | "mapper" | "view" | "app";

/** Something the user can do: read by menus, keys and the command palette alike. */
export type Action = {
  id: string;
  label: Word;
  group: Group;
  icon?: LucideIcon;
  /** Key combinations, the one shown first: `Ctrl+Shift+Z`. */
  keys?: readonly string[];
  /**
   * Where its keys work: `canvas` when the canvas has the focus, `screen` everywhere but in
   * fields, `mapper` the same in the mapper only, `always` in fields too.
   */
  reach: "canvas" | "mapper" | "screen" | "always";
  /** Whether keys only show and something else listens to them, as the clipboard does. */
  keysElsewhere?: boolean;
  danger?: boolean;
  enabled: (state: State) => boolean;
  run: (state: State) => void;
};

/** What is needed of a key press. */
type Press = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">;

/** Signs whose Shift key is part of how they are typed. */
const SIGNS = /^[^a-zA-Z0-9]$/;

/** Whether a key press is that combination. Cmd counts as Ctrl. */
export function matches(press: Press, combination: string): boolean {
  const parts = combination.split(/(?<=.)\+/);
  const key = parts.at(-1) ?? "";
  if ((press.ctrlKey || press.metaKey) !== parts.includes("Ctrl")) return false;
  if (press.altKey !== parts.includes("Alt")) return false;
  const isSign = key.length === 1 && SIGNS.test(key);
  if (!isSign && press.shiftKey !== parts.includes("Shift")) return false;
  return press.key.toLowerCase() === key.toLowerCase();
}
