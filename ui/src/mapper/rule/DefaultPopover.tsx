import type { RefObject } from "react";
import { Dialog, Popover } from "react-aria-components";
import { readValue, textOf } from "../../form/rows";
import { useDraft } from "../../form/useDraft";
import { TextInput } from "../../kit/TextInput";
import { t } from "../../words/t";
import { setPolicy } from "../edits";
import type { TargetRow } from "../model/targets";
import { setEditing } from "../store";
import styles from "./RulePopover.module.css";

type Props = {
  row: Extract<TargetRow, { type: "field" }>;
  anchor: RefObject<HTMLElement | null>;
};

/** The value that a field gets where its rule gives none. */
export function DefaultPopover({ row, anchor }: Props) {
  const { draft, type, flush } = useDraft(textOf(row.field.default), (text) =>
    setPolicy(row.path, "default", readValue(text)),
  );
  const close = () => {
    flush();
    setEditing(null);
  };
  return (
    <Popover
      triggerRef={anchor}
      isOpen
      placement="bottom end"
      className={styles.small}
      onOpenChange={(isOpen) => !isOpen && close()}
    >
      <Dialog className={styles.dialog} aria-label={t("mapper.default", { name: row.field.to })}>
        <TextInput
          label={t("mapper.default", { name: row.field.to })}
          help={t("mapper.defaultHelp")}
          value={draft}
          autoFocus
          onChange={type}
          onKeyDown={(event) => event.key === "Enter" && close()}
        />
      </Dialog>
    </Popover>
  );
}
