import type { FieldKind } from "../../bindings/FieldKind";
import { Select } from "../../kit/Select";
import { t } from "../../words/t";
import { useForm } from "../door";
import { Help } from "../Help";
import type { KindProps } from "../kind";
import { changeLabel } from "../labels";
import { fitsSegments, Segments } from "../Segments";

type Props = KindProps<Extract<FieldKind, { type: "choice" }>>;

/** One of a few: side by side where they fit, else in a list. */
export function ChoiceInput({ kind, label, pointer, value, fallback }: Props) {
  const { change, readOnly } = useForm();
  const stored =
    typeof value === "string" ? value : typeof fallback === "string" ? fallback : undefined;
  const options = kind.options.map((option) => ({
    value: option.value,
    label: option.label,
    ...(option.help ? { about: option.help } : {}),
  }));
  const choose = (chosen: string) =>
    change(pointer, chosen === fallback ? undefined : chosen, changeLabel(label));
  // A value that is no longer among the options must be seen, not silently replaced.
  const isForeign = stored !== undefined && !options.some((option) => option.value === stored);
  if (
    !isForeign &&
    options.length > 1 &&
    options.length <= 3 &&
    fitsSegments(options.map((option) => option.label))
  ) {
    const about = options.find((option) => option.value === stored)?.about;
    return (
      <>
        <Segments
          label={label}
          value={stored}
          options={options}
          disabled={readOnly}
          onChange={choose}
        />
        <Help text={about} />
      </>
    );
  }
  return (
    <Select
      label={label}
      labelHidden
      value={stored ?? null}
      options={
        isForeign
          ? [...options, { value: stored, label: stored, about: t("form.choice.foreign") }]
          : options
      }
      placeholder={t("form.choose")}
      disabled={readOnly}
      onChange={choose}
    />
  );
}
