import { CircleX, Repeat } from "lucide-react";
import { Fragment, type ReactNode } from "react";
import type { CompareOp } from "../../bindings/CompareOp";
import type { MathOp } from "../../bindings/MathOp";
import type { Rule } from "../../bindings/Rule";
import { CodeText } from "../../code/CodeText";
import { cx } from "../../kit/cx";
import { t } from "../../words/t";
import { functionNamed } from "../menus";
import { pathWords, valueWords } from "../model/rules";
import type { TargetRow } from "../model/targets";
import styles from "./Pills.module.css";

const MATH: Record<MathOp, string> = {
  add: "+",
  subtract: "−",
  multiply: "×",
  divide: "÷",
  remainder: "%",
};

const COMPARE: Record<CompareOp, string> = {
  equal: "=",
  not_equal: "≠",
  less: "<",
  at_most: "≤",
  more: ">",
  at_least: "≥",
  in: "∈",
};

type Props = {
  row: Extract<TargetRow, { type: "field" }>;
  /** Opens the part at that pointer inside the rule. */
  onOpen: (part: string) => void;
};

/** What a field is made from: pills for simple cases, the expression where it is more. */
export function Pills({ row, onOpen }: Props) {
  const { reading, field } = row;
  if (field.from.trim() === "") return <span className={styles.none}>{t("mapper.notMapped")}</span>;
  const { rule, fault } = reading ?? {};
  return (
    <span className={styles.pills}>
      {row.isEach && (
        <span className={styles.each}>
          <Repeat size={12} aria-hidden />
          {t("mapper.forEach")}
        </span>
      )}
      {rule ? (
        <Part rule={rule} at="" onOpen={onOpen} />
      ) : (
        <button
          type="button"
          tabIndex={-1}
          className={styles.code}
          title={field.from}
          onClick={() => onOpen("")}
        >
          {fault && <CircleX size={12} className={styles.fault} aria-label={t("severity.error")} />}
          <code>
            <CodeText text={field.from} />
          </code>
        </button>
      )}
    </span>
  );
}

type PartProps = { rule: Rule; at: string; onOpen: (part: string) => void };

function Part({ rule, at, onOpen }: PartProps): ReactNode {
  const inner = (part: Rule, key: string) => (
    <Part rule={part} at={`${at}/${key}`} onOpen={onOpen} />
  );
  switch (rule.type) {
    case "path":
      return (
        <Pill look="path" title={rule.path} onOpen={() => onOpen(at)}>
          {pathWords(rule.path)}
        </Pill>
      );
    case "constant":
      return (
        <Pill look="value" onOpen={() => onOpen(at)}>
          {valueWords(rule.value)}
        </Pill>
      );
    case "concat":
    case "all":
    case "any": {
      const word = rule.type === "concat" ? "+" : t(`mapper.rule.${rule.type}`);
      return keyed(rule.parts).map(({ key, part, index }) => (
        <Fragment key={key}>
          {index > 0 && <Word text={word} />}
          {inner(part, `parts/${index}`)}
        </Fragment>
      ));
    }
    case "chain":
      return (
        <>
          {inner(rule.of, "of")}
          {rule.steps.map((step, index) => (
            <StepChip
              // biome-ignore lint/suspicious/noArrayIndexKey: steps have no identity but their place.
              key={index}
              name={step.function}
              args={step.args ?? []}
              onOpen={() => onOpen(`${at}/steps/${index}`)}
            />
          ))}
        </>
      );
    case "math":
    case "compare":
      return (
        <>
          {inner(rule.left, "left")}
          <Word text={rule.type === "math" ? MATH[rule.op] : COMPARE[rule.op]} />
          {inner(rule.right, "right")}
        </>
      );
    case "if":
      return (
        <>
          <Word text={t("mapper.rule.if")} />
          {inner(rule.test, "test")}
          <Word text={t("mapper.rule.then")} />
          {inner(rule.then, "then")}
          {rule.otherwise && (
            <>
              <Word text={t("mapper.rule.else")} />
              {inner(rule.otherwise, "otherwise")}
            </>
          )}
        </>
      );
    case "each":
      return (
        <>
          <Pill look="path" title={rule.list} onOpen={() => onOpen(at)}>
            {pathWords(rule.list)}
          </Pill>
          <Word text={t("mapper.rule.each")} />
          {inner(rule.rule, "rule")}
        </>
      );
    default:
      return rule satisfies never;
  }
}

function keyed(parts: readonly Rule[]): { key: string; part: Rule; index: number }[] {
  return parts.map((part, index) => ({ key: `part ${index}`, part, index }));
}

function Word({ text }: { text: string }) {
  return <span className={styles.word}>{text}</span>;
}

type PillProps = {
  look: "path" | "value" | "step";
  title?: string;
  onOpen: () => void;
  children: ReactNode;
};

// Pills are reached by the row's keys; a stop of Tab at each would be many.
function Pill({ look, title, onOpen, children }: PillProps) {
  return (
    <button
      type="button"
      tabIndex={-1}
      title={title}
      className={cx(styles.pill, styles[look])}
      onClick={onOpen}
    >
      {children}
    </button>
  );
}

type StepProps = { name: string; args: readonly Rule[]; onOpen: () => void };

function StepChip({ name, args, onOpen }: StepProps) {
  const entry = functionNamed(name);
  const words = args.map(argWords).filter((word) => word !== "");
  return (
    <Pill look="step" title={entry?.about ?? name} onOpen={onOpen}>
      {entry?.label ?? name}
      {words.length > 0 && <span className={styles.args}>{words.join(", ")}</span>}
    </Pill>
  );
}

function argWords(rule: Rule): string {
  if (rule.type === "path") return pathWords(rule.path);
  if (rule.type !== "constant") return "…";
  const { value } = rule;
  if (typeof value !== "object" || value === null) return String(value);
  return t("mapper.pairs", { n: Object.keys(value).length });
}

/** A rule in words, as it is read out. */
export function ruleWords(rule: Rule): string {
  const all = (parts: readonly Rule[], word: string) => parts.map(ruleWords).join(` ${word} `);
  switch (rule.type) {
    case "path":
      return pathWords(rule.path);
    case "constant":
      return valueWords(rule.value);
    case "concat":
      return all(rule.parts, "+");
    case "all":
    case "any":
      return all(rule.parts, t(`mapper.rule.${rule.type}`));
    case "chain":
      return [
        ruleWords(rule.of),
        ...rule.steps.map((step) => functionNamed(step.function)?.label ?? step.function),
      ].join(", ");
    case "math":
      return all([rule.left, rule.right], MATH[rule.op]);
    case "compare":
      return all([rule.left, rule.right], COMPARE[rule.op]);
    case "if": {
      const no = rule.otherwise ? `${t("mapper.rule.else")} ${ruleWords(rule.otherwise)}` : "";
      const yes = `${t("mapper.rule.then")} ${ruleWords(rule.then)}`;
      return `${t("mapper.rule.if")} ${ruleWords(rule.test)} ${yes} ${no}`.trim();
    }
    case "each":
      return `${pathWords(rule.list)} ${t("mapper.rule.each")} ${ruleWords(rule.rule)}`;
    default:
      return rule satisfies never;
  }
}
