import { action } from "../actions/all";
import { Button } from "../kit/Button";
import { store, useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./Inspector.module.css";

const SHOWN = ["duplicate", "copy", "disable", "tidy", "delete"] as const;

/** What can be done with all selected nodes. */
export function ManyActions() {
  // Whether an action can be done depends on the whole state.
  const enabled = useGantry((state) => SHOWN.filter((id) => action(id).enabled(state)).join(" "));
  return (
    <div className={styles.actions}>
      {SHOWN.map((id) => {
        const { label, icon, danger } = action(id);
        return (
          <Button
            key={id}
            size="small"
            variant={danger ? "danger" : "plain"}
            disabled={!enabled.split(" ").includes(id)}
            {...(icon ? { icon } : {})}
            onPress={() => action(id).run(store.getState())}
          >
            {t(label)}
          </Button>
        );
      })}
    </div>
  );
}
