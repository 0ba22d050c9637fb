import { CircleAlert, CircleX, Info } from "lucide-react";
import type { Diagnostic } from "../bindings/Diagnostic";
import type { Field } from "../bindings/Field";
import { t } from "../words/t";
import { useForm } from "./door";
import { FieldInput } from "./FieldInput";
import styles from "./Form.module.css";
import { at } from "./findings";
import { focusInput } from "./focus";
import { Help } from "./Help";
import { placeholderOf } from "./labels";

type Props = { field: Field; value: unknown; pointer: string };

/** One field: label, input, help, and what is wrong with it. */
export function FieldRow({ field, value, pointer }: Props) {
  const { diagnostics, before } = useForm();
  const prefix = before?.[pointer];
  const found = at(diagnostics, pointer);
  // A switch stands in one line with its label.
  const isSwitch = field.kind.type === "bool";
  return (
    <div className={styles.row} data-key={pointer} data-severity={found[0]?.severity}>
      {!isSwitch && (
        // biome-ignore lint/a11y/noStaticElementInteractions: what the keyboard needs stands in the input.
        // biome-ignore lint/a11y/useKeyWithClickEvents: as above; every input carries the label itself.
        <span
          className={styles.label}
          onClick={({ currentTarget }) => {
            if (currentTarget.parentElement) focusInput(currentTarget.parentElement);
          }}
        >
          {field.label}
          {field.required && (
            <span className={styles.required} title={t("form.required")}>
              {t("form.requiredMark")}
            </span>
          )}
        </span>
      )}
      {prefix !== undefined && (
        <code className={styles.before} title={t("form.before", { text: prefix })}>
          {prefix}
        </code>
      )}
      <FieldInput
        kind={field.kind}
        label={field.label}
        pointer={pointer}
        value={value}
        fallback={field.default}
        placeholder={prefix === undefined ? placeholderOf(field) : t("form.beforeExample")}
        required={field.required}
      />
      <Help text={field.help} />
      <Findings found={found} />
    </div>
  );
}

/** Sentences about what is wrong, each with the sign of how bad it is. */
export function Findings({ found }: { found: readonly Diagnostic[] }) {
  return found.map((diagnostic) => {
    const Icon =
      diagnostic.severity === "error"
        ? CircleX
        : diagnostic.severity === "warning"
          ? CircleAlert
          : Info;
    return (
      <p
        key={`${diagnostic.code} ${diagnostic.at.key ?? ""} ${diagnostic.message}`}
        className={styles.finding}
        data-severity={diagnostic.severity}
      >
        <Icon size={14} aria-label={t(`severity.${diagnostic.severity}`)} />
        {diagnostic.message}
      </p>
    );
  });
}
