import { type RefObject, useCallback } from "react";
import { Dialog, Popover } from "react-aria-components";
import type { Rule } from "../../bindings/Rule";
import { useDraft } from "../../form/useDraft";
import { Button } from "../../kit/Button";
import { t } from "../../words/t";
import { typeRule } from "../edits";
import { useMapping } from "../mapping";
import { withinOf } from "../model/fields";
import { valueAt } from "../model/preview";
import { constantRule, valueWords } from "../model/rules";
import type { TargetRow } from "../model/targets";
import { setEditing, useMapper } from "../store";
import { RuleForm } from "./RuleForm";
import styles from "./RulePopover.module.css";

type Props = {
  row: Extract<TargetRow, { type: "field" }>;
  /** The part that has the focus at first, as a JSON pointer inside the rule. */
  part: string;
  anchor: RefObject<HTMLElement | null>;
};

/** A field's rule as a form: each pill with what can be set in it. */
export function RulePopover({ row, part, anchor }: Props) {
  const { fields, preview } = useMapping();
  const item = useMapper((state) => state.item);
  const stored = row.reading?.rule ?? constantRule("");
  const tell = useCallback((rule: Rule) => void typeRule(row.path, rule), [row.path]);
  const { draft, type, flush } = useDraft(stored, tell);
  const close = () => {
    flush();
    setEditing(null);
  };
  const shown = preview.items[item];
  const found = shown && valueAt(shown.output, fields, row.path);
  return (
    <Popover
      triggerRef={anchor}
      isOpen
      placement="bottom start"
      className={styles.popover}
      onOpenChange={(isOpen) => !isOpen && close()}
    >
      <Dialog className={styles.dialog} aria-label={t("mapper.ruleOf", { name: row.field.to })}>
        <span className={styles.title}>{t("mapper.ruleOf", { name: row.field.to })}</span>
        <RuleForm
          rule={draft}
          at=""
          focus={part}
          within={withinOf(fields, row.path)}
          onChange={type}
        />
        <div className={styles.foot}>
          <span className={styles.result}>
            {found?.isThere ? t("mapper.gives", { value: valueWords(found.value) }) : ""}
          </span>
          <span className={styles.gap} />
          <Button
            size="small"
            onPress={() => {
              flush();
              setEditing({ what: "functions", row: row.id });
            }}
          >
            {t("mapper.addFunction")}
          </Button>
          <Button
            size="small"
            onPress={() => {
              flush();
              setEditing({ what: "code", row: row.id });
            }}
          >
            {t("mapper.menu.code")}
          </Button>
          <Button size="small" variant="primary" onPress={close}>
            {t("mapper.done")}
          </Button>
        </div>
      </Dialog>
    </Popover>
  );
}
