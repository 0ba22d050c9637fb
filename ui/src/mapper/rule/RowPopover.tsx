import { ArrowDown, ArrowUp, Eraser, Footprints, Pencil, Repeat, Trash2 } from "lucide-react";
import { type RefObject, useRef } from "react";
import { ContextMenu, type MenuEntry } from "../../kit/Menu";
import { t } from "../../words/t";
import styles from "../board/TargetRowView.module.css";
import { clearRule, dropOn, moveRow, removeRow, setPolicy, setType, toggleEach } from "../edits";
import { useMenus } from "../menus";
import { TARGET_KEYS } from "../model/keys";
import type { TargetRow } from "../model/targets";
import { type Editing, setEditing } from "../store";
import { CodePopover } from "./CodePopover";
import { DefaultPopover } from "./DefaultPopover";
import { FunctionList } from "./FunctionList";
import { RulePopover } from "./RulePopover";
import { WherePopover } from "./WherePopover";

type FieldRow = Extract<TargetRow, { type: "field" }>;
type Props = { row: TargetRow; editing: Editing; anchor: RefObject<HTMLElement | null> };

/** What is open over a row: a menu, its rule as a form, its expression. */
export function RowPopover({ row, editing, anchor }: Props) {
  const place = useRef<HTMLSpanElement>(null);
  if (editing.what === "name" || row.type !== "field") return null;
  return (
    <>
      <span ref={place} className={styles.anchor} data-at={editing.what} aria-hidden />
      <Opened row={row} editing={editing} anchor={place} box={anchor} />
    </>
  );
}

type OpenedProps = {
  row: FieldRow;
  editing: Exclude<Editing, { what: "name" }>;
  anchor: RefObject<HTMLElement | null>;
  box: RefObject<HTMLElement | null>;
};

function Opened({ row, editing, anchor }: OpenedProps) {
  switch (editing.what) {
    case "functions":
      return <FunctionList row={row} />;
    case "rule":
      return <RulePopover key={row.id} row={row} part={editing.part} anchor={anchor} />;
    case "code":
      return <CodePopover key={row.id} row={row} anchor={anchor} />;
    case "where":
      return <WherePopover row={row} anchor={anchor} />;
    case "default":
      return <DefaultPopover row={row} anchor={anchor} />;
    case "menu":
      return <RowMenu row={row} anchor={anchor} />;
    case "type":
      return <TypeMenu row={row} anchor={anchor} />;
    case "policy":
      return <PolicyMenu row={row} anchor={anchor} />;
    case "drop":
      return (
        <Choices
          label={t("mapper.drop.label", { name: row.field.to })}
          anchor={anchor}
          entries={(["replace", "join", "fallback"] as const).map((way) => ({
            id: way,
            label: t(`mapper.drop.${way}`),
            run: () => void dropOn(row, editing.source, way),
          }))}
        />
      );
    default:
      return editing satisfies never;
  }
}

type MenuProps = { row: FieldRow; anchor: RefObject<HTMLElement | null> };
type ChoicesProps = { label: string; entries: MenuEntry[]; anchor: RefObject<HTMLElement | null> };

// A choice may open the next thing over the row, which its closing must not take away.
function Choices({ label, entries, anchor }: ChoicesProps) {
  const isChosen = useRef(false);
  const marked = entries.map((entry) =>
    entry === "separator"
      ? entry
      : {
          ...entry,
          run: () => {
            isChosen.current = true;
            setEditing(null);
            entry.run();
          },
        },
  );
  const close = () => {
    if (!isChosen.current) setEditing(null);
  };
  return <ContextMenu label={label} entries={marked} anchor={anchor} onClose={close} />;
}

function RowMenu({ row, anchor }: MenuProps) {
  const open = (what: "functions" | "type" | "policy" | "code" | "where") => () =>
    setEditing({ what, row: row.id });
  const hasRule = row.reading?.rule !== undefined;
  const isEmpty = row.field.from.trim() === "";
  const keys = TARGET_KEYS;
  const entries: MenuEntry[] = [
    {
      id: "rule",
      label: t("mapper.menu.rule"),
      icon: Pencil,
      disabled: !hasRule && !isEmpty,
      run: () => setEditing({ what: "rule", row: row.id, part: "" }),
    },
    {
      id: "functions",
      label: t("mapper.menu.functions"),
      keys: keys.functions,
      run: open("functions"),
    },
    { id: "code", label: t("mapper.menu.code"), keys: keys.expression, run: open("code") },
    { id: "type", label: t("mapper.menu.type"), keys: keys.type, run: open("type") },
    { id: "policy", label: t("mapper.menu.policy"), keys: keys.policy, run: open("policy") },
    {
      id: "each",
      label: t(row.isEach ? "mapper.menu.noEach" : "mapper.menu.each"),
      icon: Repeat,
      run: () => toggleEach(row.path),
    },
    { id: "where", label: t("mapper.menu.where"), icon: Footprints, run: open("where") },
    "separator",
    {
      id: "rename",
      label: t("mapper.menu.rename"),
      keys: keys.rename,
      run: () => setEditing({ what: "name", row: row.id, text: row.name }),
    },
    {
      id: "up",
      label: t("mapper.menu.up"),
      icon: ArrowUp,
      keys: keys.up,
      run: () => moveRow(row, -1),
    },
    {
      id: "down",
      label: t("mapper.menu.down"),
      icon: ArrowDown,
      keys: keys.down,
      run: () => moveRow(row, 1),
    },
    "separator",
    {
      id: "clear",
      label: t("mapper.menu.clear"),
      icon: Eraser,
      keys: keys.clear,
      disabled: isEmpty,
      run: () => clearRule(row.path),
    },
    {
      id: "remove",
      label: t("mapper.menu.remove"),
      icon: Trash2,
      keys: keys.remove,
      danger: true,
      run: () => removeRow(row),
    },
  ];
  return (
    <Choices
      label={t("mapper.rowMenu", { name: row.field.to })}
      entries={entries}
      anchor={anchor}
    />
  );
}

function TypeMenu({ row, anchor }: MenuProps) {
  const { types } = useMenus();
  return (
    <Choices
      label={t("mapper.typeOf", { name: row.field.to })}
      anchor={anchor}
      entries={types.map(({ value, label }) => ({
        id: value,
        label,
        run: () => setType(row.path, value),
      }))}
    />
  );
}

function PolicyMenu({ row, anchor }: MenuProps) {
  const { policies } = useMenus();
  return (
    <Choices
      label={t("mapper.policyOf", { name: row.field.to })}
      anchor={anchor}
      entries={policies.map(({ value, label }) => ({
        id: value,
        label,
        run: () => {
          setPolicy(row.path, value);
          if (value === "default") setEditing({ what: "default", row: row.id });
        },
      }))}
    />
  );
}
