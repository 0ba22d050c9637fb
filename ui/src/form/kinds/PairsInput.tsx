import { Plus, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { FieldKind } from "../../bindings/FieldKind";
import { CodeField } from "../../code/CodeField";
import { Button, IconButton } from "../../kit/Button";
import { TextInput } from "../../kit/TextInput";
import { t } from "../../words/t";
import { useForm } from "../door";
import type { KindProps } from "../kind";
import { changeLabel } from "../labels";
import { doubledNames, type Pair, pairsFrom, pairsOf, recordOf } from "../pairs";
import { useDraft } from "../useDraft";
import styles from "./Nested.module.css";

type Props = KindProps<Extract<FieldKind, { type: "pairs" }>>;

/** Names with values that may be templates, such as headers. */
export function PairsInput({ label, pointer, value }: Props) {
  const { change, readOnly, names } = useForm();
  const [rows, setRows] = useState(() => pairsOf(value));
  const told = useRef(JSON.stringify(recordOf(rows)));
  const { type, flush } = useDraft<Pair[]>(rows, (next) => {
    const record = recordOf(next);
    told.current = JSON.stringify(record);
    change(pointer, record, changeLabel(label));
  });

  // The screen's own rows stay (an unfinished name among them) unless the file says otherwise.
  useEffect(() => {
    const incoming = pairsOf(value);
    const text = JSON.stringify(recordOf(incoming));
    if (text === told.current) return;
    told.current = text;
    setRows(incoming);
  }, [value]);

  const set = (next: Pair[]) => {
    setRows(next);
    type(next);
  };
  const setAt = (index: number, part: Partial<Pair>) =>
    set(rows.map((pair, at) => (at === index ? { ...pair, ...part } : pair)));
  const doubled = doubledNames(rows);
  return (
    <div
      className={styles.lines}
      onPasteCapture={(event) => {
        const pasted = pairsFrom(event.clipboardData.getData("text/plain"));
        if (readOnly || pasted.length < 2) return;
        event.preventDefault();
        set([...rows.filter((pair) => pair.name !== "" || pair.value !== ""), ...pasted]);
      }}
    >
      {keyed(rows).map(({ key, pair, index }) => (
        <div key={key} className={styles.line}>
          <div className={styles.name}>
            <TextInput
              label={t("form.pairs.name", { n: index + 1 })}
              labelHidden
              mono
              value={pair.name}
              placeholder={t("form.pairs.namePlaceholder")}
              disabled={readOnly}
              onChange={(name) => setAt(index, { name })}
              onBlur={flush}
            />
          </div>
          <div className={styles.value}>
            <CodeField
              label={t("form.pairs.value", { name: pair.name })}
              value={pair.value}
              language="template"
              placeholder={t("form.pairs.valuePlaceholder")}
              names={names}
              readOnly={readOnly}
              onChange={(text) => setAt(index, { value: text })}
              onBlur={flush}
            />
          </div>
          <IconButton
            label={t("form.pairs.remove", { name: pair.name })}
            icon={X}
            disabled={readOnly}
            onPress={() => set(rows.toSpliced(index, 1))}
          />
        </div>
      ))}
      {doubled.length > 0 && (
        <p className={styles.bad}>{t("form.pairs.doubled", { names: doubled.join(", ") })}</p>
      )}
      {!readOnly && (
        <div className={styles.foot}>
          <Button
            size="small"
            variant="quiet"
            icon={Plus}
            onPress={() => setRows([...rows, { name: "", value: "" }])}
          >
            {t("form.pairs.add")}
          </Button>
        </div>
      )}
    </div>
  );
}

// Names may be empty or doubled while they are typed, so only the place tells pairs apart.
function keyed(rows: readonly Pair[]): { key: string; pair: Pair; index: number }[] {
  return rows.map((pair, index) => ({ key: `pair ${index}`, pair, index }));
}
