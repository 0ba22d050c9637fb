import type { FieldKind } from "../../bindings/FieldKind";
import { Select } from "../../kit/Select";
import { t } from "../../words/t";
import { useForm } from "../door";
import { Fields } from "../Fields";
import { Help } from "../Help";
import type { KindProps } from "../kind";
import { changeLabel } from "../labels";
import { fitsSegments, Segments } from "../Segments";
import { variantOf, withVariant } from "../variants";
import nested from "./Nested.module.css";

type Props = KindProps<Extract<FieldKind, { type: "variants" }>>;

const NONE = "";

/** One of several groups of fields: first which, then its fields. */
export function VariantsInput({ kind, label, pointer, value, fallback, required }: Props) {
  const { change, readOnly } = useForm();
  const chosen = variantOf(kind, value ?? fallback);
  const choose = (name: string) => {
    const option = kind.options.find((each) => each.value === name);
    change(
      pointer,
      option === undefined ? undefined : withVariant(kind, value, option),
      changeLabel(label),
    );
  };
  // “None” is offered only where a value may lack.
  const hasNone = fallback === undefined && !required;
  const options = [
    ...(hasNone ? [{ value: NONE, label: t("form.none") }] : []),
    ...kind.options.map((option) => ({
      value: option.value,
      label: option.label,
      ...(option.help ? { about: option.help } : {}),
    })),
  ];
  const props = { label, options, disabled: readOnly, onChange: choose };
  return (
    <>
      {fitsSegments(options.map((option) => option.label)) ? (
        <Segments {...props} value={chosen?.value ?? (hasNone ? NONE : undefined)} />
      ) : (
        <Select
          {...props}
          labelHidden
          placeholder={t("form.choose")}
          value={chosen?.value ?? (hasNone ? NONE : null)}
        />
      )}
      <Help text={chosen?.help} />
      {chosen !== undefined && chosen.fields.length > 0 && (
        <div className={nested.nested}>
          <Fields fields={chosen.fields} value={value ?? fallback} pointer={pointer} />
        </div>
      )}
    </>
  );
}
