import { type RefObject, useId } from "react";
import styles from "./Secrets.module.css";

type Props = {
  label: string;
  help?: string;
  error?: string | null;
  /** Whether it has several lines, as a key in PEM does. */
  multiline?: boolean;
  /** Where the field is put, for its text to be read once and then forgotten. */
  field: RefObject<SecretElement | null>;
};

/** A field with a secret in it. */
export type SecretElement = HTMLInputElement | HTMLTextAreaElement;

/**
 * A field whose text is never drawn. It is not a controlled input: React would write what is typed
 * into the page as an attribute.
 */
export function SecretField({ label, help, error, multiline, field }: Props) {
  const id = useId();
  const shared = {
    id,
    ref: (element: SecretElement | null) => {
      field.current = element;
    },
    className: styles.input,
    "aria-describedby": help || error ? `${id}-help` : undefined,
    "aria-invalid": Boolean(error),
    autoComplete: "off",
    autoCapitalize: "off",
    spellCheck: false,
    // It appears because the user asked to type into it.
    autoFocus: true,
  } as const;
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      {multiline ? (
        <textarea {...shared} rows={5} data-masked />
      ) : (
        <input {...shared} type="password" data-1p-ignore />
      )}
      {(error || help) && (
        <span id={`${id}-help`} className={error ? styles.error : styles.help}>
          {error || help}
        </span>
      )}
    </div>
  );
}
