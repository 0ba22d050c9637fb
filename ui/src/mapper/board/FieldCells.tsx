import { ArrowRight, CircleAlert, CircleX, Ellipsis, TriangleAlert } from "lucide-react";
import type { CoercionChip } from "../../bindings/CoercionChip";
import type { Suggestion } from "../../bindings/Suggestion";
import { cellText, kindOf } from "../../data/cells";
import { cx } from "../../kit/cx";
import { t } from "../../words/t";
import { useMapping } from "../mapping";
import { useMenus } from "../menus";
import { type RowFault, valueAt } from "../model/preview";
import type { TargetRow } from "../model/targets";
import { Pills } from "../rule/Pills";
import { setEditing, useMapper } from "../store";
import { Ghost } from "./Ghost";
import styles from "./TargetRowView.module.css";

type Props = { row: Extract<TargetRow, { type: "field" }>; fault: RowFault | undefined };
type CellsProps = Props & { ghost: Suggestion | undefined };

/** What stands behind a field's name: type, rule, policy, and what the item in view gives. */
export function FieldCells({ row, fault, ghost }: CellsProps) {
  const { preview } = useMapping();
  const chips = preview.totals.get(row.id)?.coercions ?? [];
  const open = (what: "type" | "policy" | "functions" | "menu") => () =>
    setEditing({ what, row: row.id });
  if (ghost !== undefined) {
    return (
      <>
        <span className={styles.type}>
          <TypeButton row={row} onOpen={open("type")} />
        </span>
        <Ghost suggestion={ghost} />
      </>
    );
  }
  return (
    <>
      <span className={styles.type}>
        <TypeButton row={row} onOpen={open("type")} />
      </span>
      <span className={styles.rule}>
        <Pills
          row={row}
          onOpen={(part) =>
            setEditing(
              row.reading?.rule
                ? { what: "rule", row: row.id, part }
                : { what: "code", row: row.id },
            )
          }
        />
        {row.field.from !== "" && (
          <button
            type="button"
            tabIndex={-1}
            className={styles.fx}
            title={t("mapper.functions")}
            aria-label={t("mapper.functions")}
            onClick={open("functions")}
          >
            ƒ
          </button>
        )}
        <span className={styles.gap} />
        {chips.map((chip) => (
          <Coercion key={`${chip.from} ${chip.to}`} chip={chip} />
        ))}
      </span>
      <span className={styles.policy}>
        <PolicyButton row={row} onOpen={open("policy")} />
      </span>
      <Result row={row} fault={fault} />
      <span className={styles.menu}>
        <button
          type="button"
          tabIndex={-1}
          className={styles.fold}
          aria-label={t("mapper.rowMenu", { name: row.field.to })}
          onClick={open("menu")}
        >
          <Ellipsis size={14} aria-hidden />
        </button>
      </span>
    </>
  );
}

type ButtonProps = { row: Props["row"]; onOpen: () => void };

function TypeButton({ row, onOpen }: ButtonProps) {
  const { types } = useMenus();
  const type = row.field.type ?? "any";
  const choice = types.find((each) => each.value === type);
  return (
    <button
      type="button"
      tabIndex={-1}
      className={cx(styles.choice, type === "any" && styles.quiet)}
      title={choice?.help}
      aria-label={t("mapper.typeOf", { name: row.field.to })}
      onClick={onOpen}
    >
      {row.isEach && type === "any" ? t("mapper.kind.list") : (choice?.label ?? type)}
    </button>
  );
}

function PolicyButton({ row, onOpen }: ButtonProps) {
  const { policies } = useMenus();
  const missing = row.field.missing ?? "omit";
  const choice = policies.find((each) => each.value === missing);
  const text =
    missing === "default" ? `= ${cellText(row.field.default)}` : t(`mapper.policy.${missing}`);
  return (
    <button
      type="button"
      tabIndex={-1}
      className={cx(styles.choice, missing === "omit" && styles.quiet)}
      title={choice?.label}
      aria-label={t("mapper.policyOf", { name: row.field.to })}
      onClick={onOpen}
    >
      {text}
    </button>
  );
}

function Coercion({ chip }: { chip: CoercionChip }) {
  const { types } = useMenus();
  const to = types.find((each) => each.value === chip.to)?.label ?? chip.to_name;
  const isBad = chip.lossy > 0 || chip.refused > 0;
  const words =
    chip.refused > 0
      ? t("mapper.coercion.refused", { n: chip.refused, to: chip.to_name })
      : (chip.loss ?? t("mapper.coercion.fine", { n: chip.count }));
  const example =
    chip.after === undefined
      ? cellText(chip.before)
      : `${cellText(chip.before)} → ${cellText(chip.after)}`;
  return (
    <span className={cx(styles.chip, isBad && styles.lossy)} title={`${words}\n${example}`}>
      {isBad && <TriangleAlert size={12} aria-label={t("severity.warning")} />}
      {chip.from}
      <ArrowRight size={10} aria-hidden />
      {to}
    </span>
  );
}

/** How a sentence about a field begins; in the field's own row it needs no name. */
const FIELD = /^The field "[^"]*" /;

function Result({ row, fault }: Props) {
  const { preview, fields } = useMapping();
  const item = useMapper((state) => state.item);
  const shown = preview.items[item];
  const problem = preview.problems.get(row.id)?.message;
  if (problem !== undefined || fault?.here !== undefined) {
    const message = problem ?? fault?.here ?? "";
    return (
      <span className={cx(styles.result, styles.error)} title={message}>
        <CircleX size={12} aria-label={t("severity.error")} />
        <span className={styles.cut}>{message.replace(FIELD, "")}</span>
      </span>
    );
  }
  const found = shown?.output === undefined ? undefined : valueAt(shown.output, fields, row.path);
  return (
    <span className={styles.result}>
      {fault !== undefined && (
        <span className={styles.others} title={t("mapper.failsElsewhere", { n: fault.count })}>
          <CircleAlert size={12} aria-hidden />
          {fault.count}
        </span>
      )}
      {found !== undefined && (
        <button
          type="button"
          tabIndex={-1}
          className={cx(styles.cut, styles.where)}
          data-kind={kindOf(found.value)}
          title={t("mapper.whereHint", { value: cellText(found.value) })}
          onClick={() => setEditing({ what: "where", row: row.id })}
        >
          {found.isThere ? cellText(found.value) : "–"}
        </button>
      )}
    </span>
  );
}
