import { useMemo, useRef, useState } from "react";
import type { FieldKind } from "../../bindings/FieldKind";
import { CodeField } from "../../code/CodeField";
import type { Fault } from "../../code/extensions";
import { t } from "../../words/t";
import { useForm } from "../door";
import { at } from "../findings";
import { readJson } from "../json";
import type { KindProps } from "../kind";
import { changeLabel } from "../labels";
import { isTableLike } from "../rows";
import { Segments } from "../Segments";
import { TableEditor } from "../TableEditor";
import { useDraft } from "../useDraft";
import styles from "./Nested.module.css";

type Props = KindProps<Extract<FieldKind, { type: "json" }>>;
type View = "table" | "json";

/** Any JSON; lists of flat objects can be edited as a table too. */
export function JsonInput(props: Props) {
  const { label, value, pointer } = props;
  const canBeTable = isTableLike(value) || (value === undefined && pointer.endsWith("/rows"));
  const [chosen, setChosen] = useState<View>();
  const view = canBeTable ? (chosen ?? "table") : "json";
  return (
    <div className={styles.lines}>
      {canBeTable && (
        <Segments
          label={t("form.json.view", { label })}
          value={view}
          options={[
            { value: "table", label: t("form.json.table") },
            { value: "json", label: t("form.json.json") },
          ]}
          onChange={setChosen}
        />
      )}
      {view === "table" ? (
        <TableEditor label={label} pointer={pointer} value={value} />
      ) : (
        <JsonText {...props} />
      )}
    </div>
  );
}

function JsonText({ label, pointer, value, placeholder }: Props) {
  const { change, readOnly, diagnostics, names } = useForm();
  // The text as it was typed, with the author's line breaks, as long as it means the same value.
  const written = useRef<{ text: string; json: string | undefined }>(undefined);
  const json = JSON.stringify(value);
  const stored =
    written.current?.json === json && written.current ? written.current.text : pretty(value);
  const { draft, isPending, type, flush } = useDraft(stored, (text) => {
    const reading = readJson(text);
    if (reading.fault !== undefined) return;
    written.current = { text, json: JSON.stringify(reading.value) };
    change(pointer, reading.value, changeLabel(label));
  });
  const [refused, setRefused] = useState<string>();
  const text = refused ?? draft;
  const faults = useMemo((): Fault[] => {
    const { fault } = readJson(text);
    if (fault !== undefined) {
      return [
        { message: fault.message, severity: "error", span: [fault.position, fault.position + 1] },
      ];
    }
    if (isPending) return [];
    return at(diagnostics, pointer).map(({ message, severity, at: { span } }) => ({
      message,
      severity,
      span,
    }));
  }, [text, isPending, diagnostics, pointer]);
  return (
    <>
      <CodeField
        label={label}
        value={text}
        language="json"
        multiline
        placeholder={placeholder === "" ? "{ }" : placeholder}
        faults={faults}
        names={names}
        readOnly={readOnly}
        onChange={(next) => {
          const isFine = readJson(next).fault === undefined;
          setRefused(isFine ? undefined : next);
          if (isFine) type(next);
        }}
        onBlur={flush}
      />
      {faults[0] !== undefined && refused !== undefined && (
        <p className={styles.bad}>{faults[0].message}</p>
      )}
    </>
  );
}

function pretty(value: unknown): string {
  return value === undefined ? "" : JSON.stringify(value, null, 2);
}
