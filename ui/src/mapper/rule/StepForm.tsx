import { X } from "lucide-react";
import type { MenuParam } from "../../bindings/MenuParam";
import type { Rule } from "../../bindings/Rule";
import type { Step } from "../../bindings/Step";
import { isRecord } from "../../form/pointer";
import { IconButton } from "../../kit/Button";
import { Select } from "../../kit/Select";
import { TextInput } from "../../kit/TextInput";
import { t } from "../../words/t";
import { functionNamed, useMenus } from "../menus";
import { constantRule, pathRule, typedValue } from "../model/rules";
import { CodeListInput } from "./CodeListInput";
import styles from "./RulePopover.module.css";
import { Slot } from "./Slot";

type Props = {
  step: Step;
  isFocused: boolean;
  within: readonly string[];
  onChange: (step: Step) => void;
  onRemove: () => void;
};

/** A function of a rule, with what it takes. */
export function StepForm({ step, isFocused, within, onChange, onRemove }: Props) {
  const entry = functionNamed(step.function);
  const args = step.args ?? [];
  const params = entry?.params ?? [];
  return (
    <section className={styles.step} aria-label={entry?.label ?? step.function}>
      <header className={styles.stepHead}>
        <b>{entry?.label ?? step.function}</b>
        <span className={styles.about} title={entry?.about}>
          {entry?.about}
        </span>
        <IconButton
          label={t("mapper.removeFunction", { name: entry?.label ?? step.function })}
          icon={X}
          size="small"
          onPress={onRemove}
        />
      </header>
      {params.map((param, index) => (
        <div key={param.label} className={styles.arg}>
          <span className={styles.label}>{param.label}</span>
          <Argument
            param={param}
            arg={args[index] ?? constantRule(param.example)}
            isFocused={isFocused && index === 0}
            within={within}
            onChange={(arg) => onChange({ ...step, args: filled(params, args, index, arg) })}
          />
        </div>
      ))}
    </section>
  );
}

/** The arguments with one set; those before it that were left out get what they begin with. */
function filled(
  params: readonly MenuParam[],
  args: readonly Rule[],
  index: number,
  arg: Rule,
): Rule[] {
  return params
    .slice(0, Math.max(args.length, index + 1))
    .map((param, at) => (at === index ? arg : (args[at] ?? constantRule(param.example))));
}

type CodesProps = { param: MenuParam; arg: Rule; onChange: (arg: Rule) => void };

const TYPED = "";

/** Where codes are looked up: in a list that is typed here, or in a local table. */
function Codes({ param, arg, onChange }: CodesProps) {
  const { tables } = useMenus();
  const chosen = arg.type === "path" ? arg.path : TYPED;
  return (
    <div className={styles.codes}>
      <Select
        label={t("mapper.codes")}
        labelHidden
        value={chosen}
        options={[
          { value: TYPED, label: t("mapper.codesTyped") },
          ...tables.map(({ name, path }) => ({
            value: path,
            label: t("mapper.codesTable", { name }),
          })),
        ]}
        onChange={(path) => onChange(path === TYPED ? constantRule(param.example) : pathRule(path))}
      />
      {arg.type === "constant" && isRecord(arg.value) && (
        <CodeListInput
          label={param.label}
          value={arg.value}
          onChange={(value) => onChange(constantRule(value))}
        />
      )}
    </div>
  );
}

type ArgumentProps = {
  param: MenuParam;
  arg: Rule;
  isFocused: boolean;
  within: readonly string[];
  onChange: (arg: Rule) => void;
};

function Argument({ param, arg, isFocused, within, onChange }: ArgumentProps) {
  const isPlain = arg.type === "constant" || arg.type === "path";
  if (param.kind === "pairs") return <Codes param={param} arg={arg} onChange={onChange} />;
  if (isPlain && (param.kind === "value" || arg.type === "path")) {
    return <Slot rule={arg} isFocused={isFocused} within={within} onChange={onChange} />;
  }
  if (arg.type !== "constant")
    return <span className={styles.label}>{t("mapper.calculated")}</span>;
  return (
    <TextInput
      label={param.label}
      labelHidden
      value={String(arg.value ?? "")}
      placeholder={String(param.example ?? "")}
      autoFocus={isFocused}
      mono
      onChange={(text) => onChange(constantRule(typedValue(text, param.example)))}
    />
  );
}
