/** What is read out of a target row. Pure, but for the words. */
import { t } from "../../words/t";
import type { RowFault } from "../model/preview";
import { type TargetRow, titleOf } from "../model/targets";
import { ruleWords } from "../rule/Pills";

/** A row as one sentence: its name, what it is made from, what fails. */
export function rowWords(row: TargetRow, fault: RowFault | undefined): string {
  switch (row.type) {
    case "new":
      return t("mapper.newField");
    case "open":
      return t("mapper.row.open", { name: row.name, note: row.target.note });
    case "object":
      return t("mapper.row.object", { name: titleOf(row) });
    case "field":
      return [row.field.to, madeFrom(row), fault === undefined ? "" : failing(fault)]
        .filter((part) => part !== "")
        .join(", ");
    default:
      return row satisfies never;
  }
}

function madeFrom(row: Extract<TargetRow, { type: "field" }>): string {
  if (row.field.from.trim() === "") return t("mapper.notMapped");
  const rule = row.reading?.rule;
  const from = rule === undefined ? row.field.from : ruleWords(rule);
  return t(row.isEach ? "mapper.row.each" : "mapper.row.from", { from });
}

function failing(fault: RowFault): string {
  return fault.here ?? t("mapper.failsElsewhere", { n: fault.count });
}
