import { Check, Sparkles, X } from "lucide-react";
import type { Suggestion } from "../../bindings/Suggestion";
import { t } from "../../words/t";
import { useMapping } from "../mapping";
import { pathWords } from "../model/rules";
import { accept, dismiss } from "../suggestions";
import styles from "./TargetRowView.module.css";

/** What is suggested for a field, and why; Enter takes it. */
export function Ghost({ suggestion }: { suggestion: Suggestion }) {
  const { wanted } = useMapping();
  const { best } = suggestion;
  return (
    <span className={styles.ghost}>
      <Sparkles size={12} aria-hidden />
      <span className={styles.ghostPill} title={best.from}>
        {pathWords(best.from)}
      </span>
      <span className={styles.reason} title={best.reason}>
        {best.reason}
      </span>
      <button
        type="button"
        tabIndex={-1}
        className={styles.fold}
        title={t("mapper.suggest.accept")}
        aria-label={t("mapper.suggest.accept")}
        onClick={() => accept([suggestion], wanted)}
      >
        <Check size={14} aria-hidden />
      </button>
      <button
        type="button"
        tabIndex={-1}
        className={styles.fold}
        title={t("mapper.suggest.dismiss")}
        aria-label={t("mapper.suggest.dismiss")}
        onClick={() => dismiss([suggestion])}
      >
        <X size={14} aria-hidden />
      </button>
    </span>
  );
}
