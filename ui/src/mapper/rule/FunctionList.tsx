import { Calculator, GitFork, Link2, Type } from "lucide-react";
import type { MenuEntry } from "../../bindings/MenuEntry";
import type { Rule } from "../../bindings/Rule";
import { type Pick, PickList } from "../../frame/PickList";
import { scoreText } from "../../model/search";
import { t } from "../../words/t";
import { setRule } from "../edits";
import { useMapping } from "../mapping";
import { useMenus } from "../menus";
import { constantRule, withCondition, withMath, withPartBehind, withStep } from "../model/rules";
import type { TargetRow } from "../model/targets";
import { setEditing } from "../store";

type FieldRow = Extract<TargetRow, { type: "field" }>;

/** Everything that can be done with a field's value: functions, texts put together, a choice. */
export function FunctionList({ row }: { row: FieldRow }) {
  const { functions } = useMenus();
  const kind = useKind(row);
  const rule = row.reading?.rule;
  const all = [
    ...extras(row, rule),
    ...(rule === undefined ? [] : steps(row, rule, functions, kind)),
  ];
  return (
    <PickList
      title={t("mapper.functions")}
      placeholder={t("mapper.functionsFor", { name: row.field.to })}
      picksFor={(query) =>
        all.filter((pick) => scoreText(`${pick.label} ${pick.detail ?? ""}`, query) !== null)
      }
      none={(query) => t("mapper.noFunction", { query })}
      onClose={() => setEditing(null)}
    />
  );
}

/** What kind of value the field's only source has: functions for it come first. */
function useKind(row: FieldRow): string {
  const { index } = useMapping();
  const [first] = row.reading?.sources ?? [];
  const kind = first === undefined ? "" : (index.get(first)?.kind ?? "");
  if (kind === "integer") return "number";
  return kind === "date_time" ? "date" : kind;
}

function change(row: FieldRow, rule: Rule, part: string | null): void {
  void setRule(row.path, rule).then(() => {
    if (part !== null) setEditing({ what: "rule", row: row.id, part });
  });
}

function extras(row: FieldRow, rule: Rule | undefined): Pick[] {
  const group = t("mapper.group.shape");
  const isEmpty = row.field.from.trim() === "";
  if (rule === undefined && !isEmpty) return [];
  const behind = withPartBehind(rule, constantRule(""), "");
  const last = behind.type === "concat" ? `/parts/${behind.parts.length - 1}` : "";
  const all: Pick[] = [
    {
      id: "text",
      group,
      label: t("mapper.shape.text"),
      detail: t("mapper.shape.textAbout"),
      icon: Link2,
      run: () => change(row, behind, last),
    },
    {
      id: "if",
      group,
      label: t("mapper.shape.if"),
      detail: t("mapper.shape.ifAbout"),
      icon: GitFork,
      run: () => change(row, withCondition(rule), "/test/right"),
    },
    {
      id: "math",
      group,
      label: t("mapper.shape.math"),
      detail: t("mapper.shape.mathAbout"),
      icon: Calculator,
      run: () => change(row, withMath(rule), "/right"),
    },
    {
      id: "fixed",
      group,
      label: t("mapper.shape.fixed"),
      detail: t("mapper.shape.fixedAbout"),
      icon: Type,
      run: () => change(row, constantRule(""), ""),
    },
  ];
  return isEmpty ? all.filter((pick) => pick.id !== "text") : all;
}

function steps(row: FieldRow, rule: Rule, functions: readonly MenuEntry[], kind: string): Pick[] {
  const fits = (entry: MenuEntry) => entry.takes.includes(kind);
  const groups = [...new Set(functions.map((entry) => entry.group))];
  const best = groups.filter((group) =>
    functions.some((each) => each.group === group && fits(each)),
  );
  const order = [...best, ...groups.filter((group) => !best.includes(group))];
  return order.flatMap((group) =>
    functions
      .filter((entry) => entry.group === group)
      .map((entry) => ({
        id: entry.name,
        group: t(`mapper.group.${group}`),
        label: entry.label,
        detail: entry.about,
        run: () => {
          const next = withStep(rule, entry);
          const at = next.type === "chain" ? next.steps.length - 1 : 0;
          change(row, next, entry.params.length > 0 ? `/steps/${at}` : null);
        },
      })),
  );
}
