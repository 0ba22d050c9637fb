import { useState } from "react";
import type { Rule } from "../../bindings/Rule";
import { Select } from "../../kit/Select";
import { TextInput } from "../../kit/TextInput";
import { t } from "../../words/t";
import { constantRule, pathWords, typedValue } from "../model/rules";
import styles from "./RulePopover.module.css";
import { SourceList } from "./SourceList";

type SlotRule = Extract<Rule, { type: "path" | "constant" }>;
type Props = {
  rule: SlotRule;
  isFocused: boolean;
  within: readonly string[];
  onChange: (rule: Rule) => void;
};

type Kind = "field" | "text" | "number" | "boolean" | "null";
const KINDS: readonly Kind[] = ["field", "text", "number", "boolean", "null"];

/** A source field or a fixed value. */
export function Slot({ rule, isFocused, within, onChange }: Props) {
  const [isChoosing, setChoosing] = useState(false);
  const become = (kind: Kind) => {
    if (kind === kindOf(rule)) return;
    if (kind === "field") setChoosing(true);
    else onChange(constantRule(begin(kind, rule)));
  };
  return (
    <div className={styles.slot}>
      <Select<Kind>
        label={t("mapper.slot.kind")}
        labelHidden
        value={kindOf(rule)}
        options={KINDS.map((kind) => ({ value: kind, label: t(`mapper.slot.${kind}`) }))}
        onChange={become}
      />
      {rule.type === "path" ? (
        <button
          type="button"
          className={styles.source}
          // biome-ignore lint/a11y/noAutofocus: it was asked for by opening this part.
          autoFocus={isFocused}
          aria-label={t("mapper.slot.choose", { name: pathWords(rule.path) })}
          onClick={() => setChoosing(true)}
        >
          {pathWords(rule.path)}
        </button>
      ) : (
        <Value value={rule.value} isFocused={isFocused} onChange={onChange} />
      )}
      {isChoosing && (
        <SourceList within={within} onChoose={onChange} onClose={() => setChoosing(false)} />
      )}
    </div>
  );
}

type ValueProps = { value: unknown; isFocused: boolean; onChange: (rule: Rule) => void };

function Value({ value, isFocused, onChange }: ValueProps) {
  if (typeof value === "boolean") {
    return (
      <Select
        label={t("mapper.slot.boolean")}
        labelHidden
        value={value ? "yes" : "no"}
        options={[
          { value: "yes", label: t("mapper.slot.yes") },
          { value: "no", label: t("mapper.slot.no") },
        ]}
        onChange={(next) => onChange(constantRule(next === "yes"))}
      />
    );
  }
  if (value === null) return <span className={styles.label}>{t("mapper.slot.nullAbout")}</span>;
  return (
    <TextInput
      label={t("mapper.slot.value")}
      labelHidden
      placeholder={t("mapper.slot.value")}
      value={typeof value === "object" ? JSON.stringify(value) : String(value)}
      autoFocus={isFocused}
      mono
      onChange={(text) => onChange(constantRule(typedValue(text, value)))}
    />
  );
}

function kindOf(rule: SlotRule): Kind {
  if (rule.type === "path") return "field";
  if (rule.value === null) return "null";
  if (typeof rule.value === "boolean") return "boolean";
  return typeof rule.value === "number" ? "number" : "text";
}

function begin(kind: Exclude<Kind, "field">, rule: SlotRule): unknown {
  const text = rule.type === "constant" && rule.value !== null ? String(rule.value) : "";
  switch (kind) {
    case "text":
      return text;
    case "number":
      return Number(text) || 0;
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return kind satisfies never;
  }
}
