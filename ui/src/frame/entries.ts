import { action } from "../actions/all";
import type { MenuEntry } from "../kit/Menu";
import { store } from "../model/store";
import { t } from "../words/t";

/** An action as a line of a menu; `-` as a line between. */
export function entryOf(id: string): MenuEntry {
  if (id === "-") return "separator";
  const each = action(id);
  return {
    id,
    label: t(each.label),
    ...(each.icon ? { icon: each.icon } : {}),
    ...(each.keys?.[0] ? { keys: each.keys[0] } : {}),
    ...(each.danger ? { danger: true } : {}),
    disabled: !each.enabled(store.getState()),
    run: () => {
      store.setState({ overlay: null });
      each.run(store.getState());
    },
  };
}
