import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { setConduct } from "../actions/conduct";
import type { Fault } from "../bindings/Fault";
import { Checkbox } from "../kit/Checkbox";
import { cx } from "../kit/cx";
import {
  FAULTS,
  type FaultName,
  nameOfFault,
  numberOf,
  numbersOf,
  withField,
  withNumber,
  withTicked,
} from "../model/faults";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./RunOptions.module.css";

/** The faults that can be switched on for the next run, folded away while there are none. */
export function FaultList() {
  const faults = useGantry((state) => state.conduct.faults);
  const [chosen, setChosen] = useState<boolean>();
  const isOpen = chosen ?? faults.length > 0;
  return (
    <section className={styles.faults} aria-label={t("conduct.faults")}>
      <button
        type="button"
        className={styles.fold}
        aria-expanded={isOpen}
        onClick={() => setChosen(!isOpen)}
      >
        <ChevronRight size={14} aria-hidden className={cx(isOpen && styles.turned)} />
        {t("conduct.faults")}
        {faults.length > 0 && <span className={styles.about}>{faults.length}</span>}
      </button>
      {isOpen && (
        <>
          <p className={styles.about}>{t("conduct.faultsHelp")}</p>
          {FAULTS.map((name) => (
            <FaultRow
              key={name}
              name={name}
              faults={faults}
              fault={faults.find((each) => nameOfFault(each) === name)}
            />
          ))}
        </>
      )}
    </section>
  );
}

type Props = { name: FaultName; faults: readonly Fault[]; fault: Fault | undefined };

function FaultRow({ name, faults, fault }: Props) {
  return (
    <div>
      <Checkbox
        label={t(`fault.${name}`)}
        about={t(`fault.about.${name}`)}
        checked={fault !== undefined}
        onChange={(isTicked) => setConduct({ faults: withTicked(faults, name, isTicked) })}
      />
      {fault && (
        <div className={styles.numbers}>
          {numbersOf(name).map((key) => (
            <label key={key} className={styles.number}>
              {t(`fault.number.${key}`)}
              <input
                type="number"
                min={key === "retry_after" || key === "ms" ? 0 : 1}
                value={numberOf(fault, key)}
                onChange={({ target }) => {
                  const value = Math.max(Number(target.min), Math.round(target.valueAsNumber || 0));
                  setConduct({ faults: withNumber(faults, name, key, value) });
                }}
              />
            </label>
          ))}
          {fault.fault === "schema" && (
            <label className={styles.number}>
              {t("fault.field")}
              <input
                type="text"
                value={fault.field}
                spellCheck={false}
                onChange={({ target }) => setConduct({ faults: withField(faults, target.value) })}
              />
            </label>
          )}
        </div>
      )}
    </div>
  );
}
