import { type RefObject, useMemo, useRef } from "react";
import { Dialog, Popover } from "react-aria-components";
import type { Preview } from "../../bindings/Preview";
import { CodeField } from "../../code/CodeField";
import type { Fault } from "../../code/extensions";
import { useDraft } from "../../form/useDraft";
import { Button } from "../../kit/Button";
import { t } from "../../words/t";
import { typeExpression } from "../edits";
import { useMapping } from "../mapping";
import { troubleAt } from "../model/preview";
import type { TargetRow } from "../model/targets";
import { setEditing, useMapper } from "../store";
import { useNames } from "./names";
import styles from "./RulePopover.module.css";

type Props = {
  row: Extract<TargetRow, { type: "field" }>;
  anchor: RefObject<HTMLElement | null>;
};

/** The list of what can be typed, in the code field. */
const OFFERS = ".cm-tooltip-autocomplete";

/** A field's expression: with completion from what was seen, and marks at mistakes. */
export function CodePopover({ row, anchor }: Props) {
  const { preview } = useMapping();
  const item = useMapper((state) => state.item);
  const names = useNames(row.path);
  const { draft, isPending, type, flush } = useDraft(row.field.from, (text) =>
    typeExpression(row.path, text),
  );
  const isOffering = useRef(false);
  const close = () => {
    flush();
    setEditing(null);
  };
  const error = isPending
    ? undefined
    : (row.reading?.fault ??
      preview.problems.get(row.id) ??
      troubleAt(preview.items[item], row.id));
  const faults = useMemo(() => faultsOf(error), [error]);
  const canBePills = row.reading?.rule !== undefined && draft.trim() !== "";
  return (
    <Popover
      triggerRef={anchor}
      isOpen
      placement="bottom start"
      className={styles.popover}
      onOpenChange={(isOpen) => !isOpen && close()}
    >
      <Dialog
        className={styles.dialog}
        aria-label={t("mapper.expressionOf", { name: row.field.to })}
      >
        <span className={styles.title}>{t("mapper.expressionOf", { name: row.field.to })}</span>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: it only keeps a key from what is around. */}
        <div
          onKeyDownCapture={(event) => {
            isOffering.current = event.currentTarget.querySelector(OFFERS) !== null;
          }}
          onKeyDown={(event) => {
            // Esc closes what is offered first, and this window only then.
            if (event.key === "Escape" && isOffering.current) event.stopPropagation();
          }}
        >
          <CodeField
            label={t("mapper.expressionOf", { name: row.field.to })}
            value={draft}
            language="jsonata"
            multiline
            autoFocus
            faults={faults}
            names={names}
            onChange={type}
            onBlur={flush}
          />
        </div>
        {error === undefined ? (
          <p className={styles.hint}>{t("mapper.expressionHint")}</p>
        ) : (
          <p className={styles.error}>{error.message}</p>
        )}
        <div className={styles.foot}>
          {canBePills && (
            <Button
              size="small"
              onPress={() => {
                flush();
                setEditing({ what: "rule", row: row.id, part: "" });
              }}
            >
              {t("mapper.asPills")}
            </Button>
          )}
          <span className={styles.gap} />
          <Button size="small" variant="primary" onPress={close}>
            {t("mapper.done")}
          </Button>
        </div>
      </Dialog>
    </Popover>
  );
}

function faultsOf(error: Preview["error"]): Fault[] {
  if (error === undefined) return [];
  return [{ message: error.message, severity: "error", span: error.span }];
}
