import { Keys } from "../kit/Keys";
import { t } from "../words/t";
import styles from "./MapperScreen.module.css";
import { TARGET_KEYS } from "./model/keys";
import { sourceName } from "./model/sources";
import { useMapper } from "./store";

/** The next useful keys, below the trees. */
export function Hints() {
  const held = useMapper((state) => state.held);
  if (held !== null) {
    return (
      <div className={styles.hints}>
        <span className={styles.held}>{t("mapper.hint.held", { name: sourceName(held) })}</span>
        <Hint keys="ArrowDown" text={t("mapper.hint.choose")} />
        <Hint keys="Enter" text={t("mapper.hint.drop")} />
        <Hint keys="Escape" text={t("mapper.hint.cancel")} />
      </div>
    );
  }
  return (
    <div className={styles.hints}>
      <span>{t("mapper.hint.drag")}</span>
      <Hint keys="Enter" text={t("mapper.hint.pick")} />
      <Hint keys={TARGET_KEYS.functions} text={t("mapper.hint.functions")} />
      <Hint keys={TARGET_KEYS.type} text={t("mapper.hint.type")} />
      <Hint keys={TARGET_KEYS.policy} text={t("mapper.hint.policy")} />
      <Hint keys={TARGET_KEYS.expression} text={t("mapper.hint.expression")} />
      <Hint keys={TARGET_KEYS.rename} text={t("mapper.hint.rename")} />
      <Hint keys={TARGET_KEYS.remove} text={t("mapper.hint.remove")} />
    </div>
  );
}

function Hint({ keys, text }: { keys: string; text: string }) {
  return (
    <span className={styles.hint}>
      <Keys keys={keys} />
      {text}
    </span>
  );
}
