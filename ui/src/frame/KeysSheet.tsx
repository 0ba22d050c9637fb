import type { Group } from "../actions/action";
import { ACTIONS } from "../actions/all";
import { Dialog } from "../kit/Dialog";
import { Keys } from "../kit/Keys";
import { t } from "../words/t";
import styles from "./KeysSheet.module.css";

const GROUPS: Group[] = ["run", "edit", "canvas", "mapper", "view", "app"];

/** All keys, by what they are for. */
export function KeysSheet({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t("keys.title")} size="large" onClose={onClose}>
      <div className={styles.scroller}>
        <div className={styles.sheet}>
          {GROUPS.map((group) => (
            <section key={group} aria-label={t(`group.${group}`)}>
              <h3>{t(`group.${group}`)}</h3>
              <dl>
                {ACTIONS.filter((each) => each.group === group && each.keys).map((each) => (
                  <div key={each.id} className={styles.line}>
                    <dt>{t(each.label)}</dt>
                    <dd>
                      <Keys keys={each.keys?.[0] ?? ""} />
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
      </div>
    </Dialog>
  );
}
