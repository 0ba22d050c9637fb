import { Plus, X } from "lucide-react";
import type { ReactNode } from "react";
import type { CompareOp } from "../../bindings/CompareOp";
import type { MathOp } from "../../bindings/MathOp";
import type { Rule } from "../../bindings/Rule";
import { Button, IconButton } from "../../kit/Button";
import { Select } from "../../kit/Select";
import { t } from "../../words/t";
import { choice, constantRule, withoutPart, withPart } from "../model/rules";
import styles from "./RulePopover.module.css";
import { Slot } from "./Slot";
import { StepForm } from "./StepForm";

type Props = {
  /** The whole rule; `at` says which part of it this form is about. */
  rule: Rule;
  at: string;
  /** The part that has the focus at first. */
  focus: string;
  within: readonly string[];
  onChange: (rule: Rule) => void;
};

const MATH: readonly MathOp[] = ["add", "subtract", "multiply", "divide", "remainder"];
const COMPARE: readonly CompareOp[] = [
  "equal",
  "not_equal",
  "less",
  "at_most",
  "more",
  "at_least",
  "in",
];

/** A rule, part by part. Changes are told as the whole rule. */
export function RuleForm({ rule, at, focus, within, onChange }: Props): ReactNode {
  const inner = (part: Rule, key: string) => (
    <RuleForm
      rule={part}
      at={`${at}/${key}`}
      focus={focus}
      within={within}
      onChange={(next) => onChange(withPart(rule, `/${key}`, next))}
    />
  );
  switch (rule.type) {
    case "path":
    case "constant":
      return <Slot rule={rule} isFocused={focus === at} within={within} onChange={onChange} />;
    case "concat":
    case "all":
    case "any":
      return <Parts rule={rule} inner={inner} onChange={onChange} />;
    case "chain":
      return (
        <>
          {inner(rule.of, "of")}
          {rule.steps.map((step, index) => (
            <StepForm
              // biome-ignore lint/suspicious/noArrayIndexKey: steps have no identity but their place.
              key={index}
              step={step}
              isFocused={focus === `${at}/steps/${index}`}
              within={within}
              onChange={(next) => onChange({ ...rule, steps: rule.steps.with(index, next) })}
              onRemove={() => onChange(withoutPart(rule, `/steps/${index}`))}
            />
          ))}
        </>
      );
    case "math":
      return (
        <div className={styles.box}>
          {inner(rule.left, "left")}
          <Select
            label={t("mapper.math")}
            labelHidden
            value={rule.op}
            options={MATH.map((op) => ({ value: op, label: t(`mapper.math.${op}`) }))}
            onChange={(op) => onChange({ ...rule, op })}
          />
          {inner(rule.right, "right")}
        </div>
      );
    case "compare":
      return (
        <div className={styles.box}>
          {inner(rule.left, "left")}
          <Select
            label={t("mapper.compare")}
            labelHidden
            value={rule.op}
            options={COMPARE.map((op) => ({ value: op, label: t(`mapper.compare.${op}`) }))}
            onChange={(op) => onChange({ ...rule, op })}
          />
          {inner(rule.right, "right")}
        </div>
      );
    case "if":
      return <Choice rule={rule} inner={inner} onChange={onChange} />;
    case "each":
      return (
        <div className={styles.box}>
          <span className={styles.label}>{t("mapper.eachOf", { list: rule.list })}</span>
          {inner(rule.rule, "rule")}
        </div>
      );
    default:
      return rule satisfies never;
  }
}

type PartsProps = {
  rule: Extract<Rule, { type: "concat" | "all" | "any" }>;
  inner: (part: Rule, key: string) => ReactNode;
  onChange: (rule: Rule) => void;
};

function Parts({ rule, inner, onChange }: PartsProps) {
  return (
    <div className={styles.box}>
      {rule.parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place.
        <div key={index} className={styles.line}>
          <div className={styles.grow}>{inner(part, `parts/${index}`)}</div>
          <IconButton
            label={t("mapper.removePart", { n: index + 1 })}
            icon={X}
            size="small"
            onPress={() => onChange(withoutPart(rule, `/parts/${index}`))}
          />
        </div>
      ))}
      <div>
        <Button
          size="small"
          variant="quiet"
          icon={Plus}
          onPress={() => onChange({ ...rule, parts: [...rule.parts, constantRule("")] })}
        >
          {t("mapper.addPart")}
        </Button>
      </div>
    </div>
  );
}

type ChoiceProps = {
  rule: Extract<Rule, { type: "if" }>;
  inner: (part: Rule, key: string) => ReactNode;
  onChange: (rule: Rule) => void;
};

function Choice({ rule, inner, onChange }: ChoiceProps) {
  const { test, then, otherwise } = rule;
  return (
    <div className={styles.box}>
      <Named word={t("mapper.rule.if")}>{inner(test, "test")}</Named>
      <Named word={t("mapper.rule.then")}>{inner(then, "then")}</Named>
      {otherwise === undefined ? (
        <div>
          <Button
            size="small"
            variant="quiet"
            icon={Plus}
            onPress={() => onChange(choice(test, then, constantRule("")))}
          >
            {t("mapper.addElse")}
          </Button>
        </div>
      ) : (
        <Named word={t("mapper.rule.else")}>{inner(otherwise, "otherwise")}</Named>
      )}
    </div>
  );
}

function Named({ word, children }: { word: string; children: ReactNode }) {
  return (
    <div className={styles.line}>
      <span className={styles.word}>{word}</span>
      <div className={styles.grow}>{children}</div>
    </div>
  );
}
