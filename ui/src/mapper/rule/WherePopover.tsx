import { CornerDownRight } from "lucide-react";
import { type RefObject, useMemo } from "react";
import { Dialog, Popover } from "react-aria-components";
import { titleOf } from "../../actions/world";
import type { ExplainedSource } from "../../bindings/ExplainedSource";
import { cellText } from "../../data/cells";
import { useCall } from "../../host/useCall";
import { store, useGantry } from "../../model/store";
import { t } from "../../words/t";
import { useMapping } from "../mapping";
import { valueAt } from "../model/preview";
import { namesTo } from "../model/suggest";
import type { TargetRow } from "../model/targets";
import { setEditing, useMapper } from "../store";
import { ruleWords } from "./Pills";
import styles from "./RulePopover.module.css";

type Props = {
  row: Extract<TargetRow, { type: "field" }>;
  anchor: RefObject<HTMLElement | null>;
};

/** Where the value of the item in view came from: the rule, the source values, the nodes before. */
export function WherePopover({ row, anchor }: Props) {
  const { fields, preview } = useMapping();
  const index = useMapper((state) => state.item);
  const node = useMapper((state) => state.node);
  const flow = useGantry((state) => state.open?.flow.id);
  const shown = preview.items[index];
  const to = (namesTo(row, fields) ?? []).join(".");
  const args = useMemo(
    () =>
      flow === undefined || node === null || shown === undefined
        ? null
        : { flow, node, item: shown.item, to },
    [flow, node, shown, to],
  );
  const { data, error } = useCall("mapper.explain", args);
  const value = shown && valueAt(shown.output, fields, row.path).value;
  return (
    <Popover
      triggerRef={anchor}
      isOpen
      placement="bottom end"
      className={styles.popover}
      onOpenChange={(isOpen) => !isOpen && setEditing(null)}
    >
      <Dialog className={styles.dialog} aria-label={t("mapper.where", { name: row.field.to })}>
        <span className={styles.title}>{t("mapper.where", { name: row.field.to })}</span>
        <code className={styles.value}>{cellText(value)}</code>
        {error !== null && <p className={styles.error}>{error.message}</p>}
        {data?.rule !== undefined && (
          <p className={styles.hint}>{t("mapper.row.from", { from: ruleWords(data.rule) })}</p>
        )}
        {data?.rule === undefined && data !== null && data.from !== "" && (
          <code className={styles.hint}>{data.from}</code>
        )}
        {data?.sources.map((source) => (
          <Source key={source.path} source={source} />
        ))}
        {data?.sources.length === 0 && <p className={styles.hint}>{t("mapper.where.fixed")}</p>}
      </Dialog>
    </Popover>
  );
}

const MOST_READS = 8;

function Source({ source }: { source: ExplainedSource }) {
  const nodes = source.nodes.map((id) => titleOf(store.getState(), id)).join(", ");
  const more = source.reads.length - MOST_READS;
  return (
    <section className={styles.step}>
      <header className={styles.stepHead}>
        <CornerDownRight size={14} aria-hidden />
        <b>{source.path.replaceAll("`", "")}</b>
        {nodes !== "" && <span className={styles.about}>{t("mapper.where.node", { nodes })}</span>}
      </header>
      {source.reads.slice(0, MOST_READS).map((read) => (
        <div key={read.path} className={styles.arg}>
          <span className={styles.label}>{read.path.replaceAll("`", "")}</span>
          <code className={styles.value}>{cellText(read.value)}</code>
        </div>
      ))}
      {more > 0 && <span className={styles.label}>{t("mapper.where.more", { n: more })}</span>}
    </section>
  );
}
