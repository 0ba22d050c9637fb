import { ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import type { Field } from "../bindings/Field";
import { cx } from "../kit/cx";
import { t } from "../words/t";
import { useForm } from "./door";
import { FieldRow } from "./FieldRow";
import styles from "./Form.module.css";
import { within, worst } from "./findings";
import { isSet } from "./isSet";
import { isRecord, isWithin, join } from "./pointer";

type Props = {
  fields: readonly Field[];
  value: unknown;
  pointer: string;
  jumpKey?: string | undefined;
};

/** Some fields one below the other, the advanced ones folded away at the end. */
export function Fields({ fields, value, pointer, jumpKey }: Props) {
  const row = (field: Field) => (
    <FieldRow
      key={field.key}
      field={field}
      value={isRecord(value) ? value[field.key] : undefined}
      pointer={join(pointer, field.key)}
    />
  );
  const advanced = fields.filter((field) => field.advanced);
  return (
    <>
      {fields.filter((field) => !field.advanced).map(row)}
      {advanced.length > 0 && (
        <Folded
          title={t("form.more", { n: advanced.length })}
          names={advanced.map((field) => field.label).join(", ")}
          keys={advanced.map((field) => join(pointer, field.key))}
          isSet={advanced.some((field) => isRecord(value) && isSet(field, value[field.key]))}
          jumpKey={jumpKey}
        >
          {advanced.map(row)}
        </Folded>
      )}
    </>
  );
}

type FoldedProps = {
  title: string;
  names: string;
  keys: readonly string[];
  isSet: boolean;
  jumpKey: string | undefined;
  children: React.ReactNode;
};

/** Fields behind a fold; it is open from the start when one of them is set, wrong or jumped to. */
function Folded({ title, names, keys, isSet, jumpKey, children }: FoldedProps) {
  const { diagnostics } = useForm();
  const found = keys.flatMap((key) => within(diagnostics, key));
  const isJumpedTo = jumpKey !== undefined && keys.some((key) => isWithin(jumpKey, key));
  const [chosen, setChosen] = useState<boolean>();
  const isOpen = chosen ?? (isSet || found.length > 0 || isJumpedTo);
  const id = useId();
  return (
    <section className={styles.folded}>
      <button
        type="button"
        className={styles.fold}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setChosen(!isOpen)}
      >
        <ChevronRight
          size={14}
          aria-hidden
          className={cx(styles.chevron, isOpen && styles.turned)}
        />
        <span className={styles.foldTitle}>{title}</span>
        {!isOpen && <span className={styles.foldNames}>{names}</span>}
        {!isOpen && worst(found) !== undefined && (
          <span className={styles.dot} data-severity={worst(found)} />
        )}
      </button>
      {isOpen && (
        <div id={id} className={styles.form}>
          {children}
        </div>
      )}
    </section>
  );
}
