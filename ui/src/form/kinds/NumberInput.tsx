import { useState } from "react";
import type { FieldKind } from "../../bindings/FieldKind";
import { TextInput } from "../../kit/TextInput";
import { t } from "../../words/t";
import { useForm } from "../door";
import type { KindProps } from "../kind";
import { changeLabel } from "../labels";
import { readNumber } from "../numbers";
import { useDraft } from "../useDraft";

type Props = KindProps<Extract<FieldKind, { type: "number" }>>;

/** A number, or a template that gives one. What is no number stays on the screen and is not stored. */
export function NumberInput({ kind, label, pointer, value, placeholder }: Props) {
  const { change, readOnly } = useForm();
  const [refused, setRefused] = useState<string>();
  const stored = value === undefined || value === null ? "" : String(value);
  const { draft, type, flush } = useDraft(stored, (text) => {
    const reading = readNumber(kind, text);
    if (reading.fault === undefined) change(pointer, reading.value, changeLabel(label));
  });
  const text = refused ?? draft;
  const { fault } = readNumber(kind, text);
  return (
    <TextInput
      label={label}
      labelHidden
      value={text}
      placeholder={placeholder}
      disabled={readOnly}
      {...(fault === undefined
        ? {}
        : { error: t(`form.number.${fault}`, { min: kind.min ?? "", max: kind.max ?? "" }) })}
      onChange={(next) => {
        const isFine = readNumber(kind, next).fault === undefined;
        setRefused(isFine ? undefined : next);
        if (isFine) type(next);
      }}
      onBlur={flush}
    />
  );
}
