import { useMemo } from "react";
import type { FieldKind } from "../../bindings/FieldKind";
import { CodeField } from "../../code/CodeField";
import type { Fault } from "../../code/extensions";
import { commonError } from "../../code/previews";
import { ResultPreview } from "../../code/ResultPreview";
import { usePreview } from "../../code/usePreview";
import { useForm } from "../door";
import { at } from "../findings";
import type { KindProps } from "../kind";
import { changeLabel } from "../labels";
import { useDraft } from "../useDraft";

type Props = KindProps<Extract<FieldKind, { type: "template" | "expression" }>>;

/** An expression, or a text with expressions in it, with what it gives for the last run's items. */
export function CodeInput({ kind, label, pointer, value, placeholder }: Props) {
  const { change, readOnly, diagnostics, names, preview, active, activate } = useForm();
  const stored =
    typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
  const { draft, isPending, type, flush } = useDraft(stored, (text) => {
    change(pointer, text === "" ? undefined : text, changeLabel(label));
  });
  const isTemplate = kind.type === "template";
  const isWatched = active === pointer && draft !== "" && (!isTemplate || draft.includes("{{"));
  const results = usePreview(isWatched ? preview : undefined, draft, isTemplate);
  const faults = useMemo((): Fault[] => {
    const wrong = commonError(results.previews);
    if (wrong !== undefined)
      return [{ message: wrong.message, severity: "error", span: wrong.span }];
    // What was found when the flow was last checked is about the text before the typing.
    if (isPending) return [];
    return at(diagnostics, pointer).map(({ message, severity, at: { span } }) => ({
      message,
      severity,
      span,
    }));
  }, [results.previews, isPending, diagnostics, pointer]);
  return (
    <>
      <CodeField
        label={label}
        value={draft}
        language={isTemplate ? "template" : "jsonata"}
        multiline={isTemplate && kind.multiline}
        placeholder={placeholder}
        faults={faults}
        names={names}
        readOnly={readOnly}
        onChange={type}
        onBlur={flush}
        onFocus={() => activate(pointer)}
      />
      {isWatched && <ResultPreview results={results} />}
    </>
  );
}
