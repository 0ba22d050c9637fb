import type { Action } from "./action";
import { appActions } from "./app-actions";
import { canvasActions } from "./canvas-actions";
import { connectionActions } from "./connection-actions";
import { editActions } from "./edit-actions";
import { mapperActions } from "./mapper-actions";
import { runActions } from "./run-actions";

/** Everything the user can do, in the order of the list of keys. */
export const ACTIONS: readonly Action[] = [
  ...runActions,
  ...editActions,
  ...canvasActions,
  ...mapperActions,
  ...connectionActions,
  ...appActions,
];

const byId = new Map(ACTIONS.map((action) => [action.id, action]));

/** The action of that name. */
export function action(id: string): Action {
  const found = byId.get(id);
  if (!found) throw new Error(`there is no action ${id}`);
  return found;
}

/** The first key of an action, as shown in tooltips. */
export function keysOf(id: string): string | undefined {
  return byId.get(id)?.keys?.[0];
}
