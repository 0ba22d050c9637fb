import type { FieldKind } from "../../bindings/FieldKind";
import { TextInput } from "../../kit/TextInput";
import { useForm } from "../door";
import type { KindProps } from "../kind";
import { changeLabel } from "../labels";
import { useDraft } from "../useDraft";

type Props = KindProps<Extract<FieldKind, { type: "text" }>>;

/** A text taken as it is. */
export function TextKindInput({ kind, label, pointer, value, placeholder }: Props) {
  const { change, readOnly } = useForm();
  const stored =
    typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
  const { draft, type, flush } = useDraft(stored, (text) => {
    change(pointer, text === "" ? undefined : text, changeLabel(label));
  });
  return (
    <TextInput
      label={label}
      labelHidden
      value={draft}
      placeholder={placeholder}
      {...(kind.multiline ? { rows: 5, mono: true } : {})}
      disabled={readOnly}
      onChange={type}
      onBlur={flush}
    />
  );
}
