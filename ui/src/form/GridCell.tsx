import { useMemo, useState } from "react";
import type { Field } from "../bindings/Field";
import { CodeField } from "../code/CodeField";
import { CodeText } from "../code/CodeText";
import { t } from "../words/t";
import { useForm } from "./door";
import { at } from "./findings";
import styles from "./GridCell.module.css";
import { changeLabel, placeholderOf } from "./labels";
import { readValue, textOf } from "./rows";
import { useDraft } from "./useDraft";

type Props = { field: Field; row: number; pointer: string; value: unknown };

/** One cell of a grid of rows: small forms of the inputs that fit into a line. */
export function GridCell({ field, row, pointer, value }: Props) {
  const { change, readOnly, diagnostics } = useForm();
  const label = t("form.rows.cell", { label: field.label, n: row + 1 });
  const found = at(diagnostics, pointer)[0];
  const set = (next: unknown) => change(pointer, next, changeLabel(field.label));
  const shared = { label, placeholder: placeholderOf(field), readOnly };
  return (
    <div
      className={styles.cell}
      data-key={pointer}
      data-severity={found?.severity}
      title={found?.message}
    >
      {cellOf()}
    </div>
  );

  function cellOf() {
    const { kind } = field;
    if (kind.type === "choice") {
      return (
        <select
          className={styles.select}
          aria-label={label}
          disabled={readOnly}
          value={typeof value === "string" ? value : ""}
          onChange={(event) => set(event.target.value === "" ? undefined : event.target.value)}
        >
          <option value="">{placeholderOf(field)}</option>
          {kind.options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      );
    }
    if (kind.type === "bool") {
      return (
        <input
          type="checkbox"
          className={styles.check}
          aria-label={label}
          disabled={readOnly}
          checked={value === undefined ? field.default === true : value === true}
          onChange={(event) => set(event.target.checked)}
        />
      );
    }
    if (kind.type === "expression" || kind.type === "template") {
      return (
        <CodeCell
          {...shared}
          value={value}
          isTemplate={kind.type === "template"}
          onChange={set}
          pointer={pointer}
        />
      );
    }
    const isPlain = kind.type === "text" || kind.type === "file";
    return <TextCell {...shared} value={value} isPlain={isPlain} onChange={set} />;
  }
}

type CellProps = {
  label: string;
  placeholder: string;
  readOnly: boolean;
  value: unknown;
  onChange: (value: unknown) => void;
};

/** A cell with a text; unless it is `isPlain`, numbers and JSON are read as such. */
export function TextCell({
  label,
  placeholder,
  readOnly,
  value,
  isPlain,
  onChange,
}: CellProps & { isPlain: boolean }) {
  const stored = isPlain && typeof value === "string" ? value : textOf(value);
  const { draft, type, flush } = useDraft(stored, (text) => {
    onChange(text === "" ? undefined : isPlain ? text : readValue(text));
  });
  return (
    <input
      className={styles.input}
      aria-label={label}
      placeholder={placeholder}
      readOnly={readOnly}
      spellCheck={false}
      data-type={typeof value}
      value={draft}
      onChange={(event) => type(event.target.value)}
      onBlur={flush}
    />
  );
}

/** A cell with an expression: coloured text, and an editor once it has the focus. */
function CodeCell(props: CellProps & { isTemplate: boolean; pointer: string }) {
  const { label, placeholder, readOnly, value, isTemplate, onChange, pointer } = props;
  const { names, activate } = useForm();
  const [isEditing, setEditing] = useState(false);
  const stored =
    typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
  const { draft, type, flush } = useDraft(stored, (text) =>
    onChange(text === "" ? undefined : text),
  );
  const faults = useMemo(() => [], []);
  if (isEditing) {
    return (
      <CodeField
        label={label}
        value={draft}
        language={isTemplate ? "template" : "jsonata"}
        placeholder={placeholder}
        faults={faults}
        names={names}
        bare
        autoFocus
        onChange={type}
        onFocus={() => activate(pointer)}
        onBlur={() => {
          flush();
          setEditing(false);
        }}
      />
    );
  }
  return (
    <button
      type="button"
      className={styles.code}
      aria-label={`${label}: ${draft}`}
      disabled={readOnly}
      data-cell-text
      onFocus={() => setEditing(true)}
    >
      {draft === "" ? (
        <span className={styles.empty}>{placeholder}</span>
      ) : (
        <CodeText text={draft} isTemplate={isTemplate} />
      )}
    </button>
  );
}
