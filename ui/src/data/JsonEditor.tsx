import { useMemo } from "react";
import { CodeField } from "../code/CodeField";
import type { Fault } from "../code/extensions";
import { type JsonReading, readJson } from "../form/json";
import styles from "./JsonEditor.module.css";

type Props = {
  label: string;
  /** The text as it is typed, which need not be JSON yet. */
  text: string;
  readOnly?: boolean;
  placeholder?: string;
  onChange: (text: string, reading: JsonReading) => void;
};

/** A value as JSON, to be changed; says in words where the text is no JSON. */
export function JsonEditor({ label, text, readOnly = false, placeholder = "", onChange }: Props) {
  const faults = useMemo((): Fault[] => {
    const { fault } = readJson(text);
    if (fault === undefined) return [];
    const span: [number, number] = [fault.position, fault.position + 1];
    return [{ message: fault.message, severity: "error", span }];
  }, [text]);
  return (
    <div className={styles.editor}>
      <div className={styles.field}>
        <CodeField
          label={label}
          value={text}
          language="json"
          multiline
          placeholder={placeholder}
          faults={faults}
          readOnly={readOnly}
          onChange={(next) => onChange(next, readJson(next))}
        />
      </div>
      {faults[0] !== undefined && <p className={styles.bad}>{faults[0].message}</p>}
    </div>
  );
}

/** A value as the text that the editor begins with. */
export function jsonText(value: unknown): string {
  return value === undefined ? "" : (JSON.stringify(value, null, 2) ?? "");
}
