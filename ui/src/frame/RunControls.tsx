import { action, keysOf } from "../actions/all";
import { IconButton } from "../kit/Button";
import type { RunState } from "../model/run";
import { store } from "../model/store";
import { t } from "../words/t";

/** What can be done to a run, as it stands. */
const CONTROLS = ["pause", "unpause", "resume", "stop"] as const;

/** The buttons that hold a run, let it go on, and stop it. */
export function RunControls({ run }: { run: RunState }) {
  const state = { ...store.getState(), run };
  const offered = CONTROLS.filter((id) => action(id).enabled(state));
  return offered.map((id) => {
    const { icon, label, run: act } = action(id);
    return (
      icon && (
        <IconButton
          key={id}
          size="small"
          placement="top"
          icon={icon}
          label={t(label)}
          keys={keysOf(id)}
          onPress={() => act(store.getState())}
        />
      )
    );
  });
}
