import {
  ArrowLeft,
  ArrowRight,
  Check,
  ChevronDown,
  Columns3,
  Hash,
  Pencil,
  ToggleLeft,
  Trash2,
  Type,
} from "lucide-react";
import { useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { editTable } from "../actions/tables";
import type { CellKind } from "../bindings/CellKind";
import type { TableColumn } from "../bindings/TableColumn";
import type { TableView } from "../bindings/TableView";
import { Menu, type MenuEntry } from "../kit/Menu";
import { freeName, numberedColumns, withColumns } from "../model/tables";
import { t } from "../words/t";
import styles from "./SheetGrid.module.css";

const KIND_ICONS = { text: Type, number: Hash, bool: ToggleLeft };
const KINDS: readonly CellKind[] = ["text", "number", "bool"];

type Props = { view: TableView; index: number };

/** The head of a column: its kind and name, and a menu to change them. */
export function ColumnHead({ view, index }: Props) {
  const [draft, setDraft] = useState<string>();
  const column = view.columns[index];
  if (column === undefined) return null;
  const Sign = KIND_ICONS[column.kind];
  const rename = () => {
    const name = draft?.trim() ?? "";
    setDraft(undefined);
    if (name === "" || name === column.name) return;
    change(view, (columns) => columns.with(index, { column: { ...column, name }, from: index }));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: see SheetGrid.
    // biome-ignore lint/a11y/useFocusableInteractive: its menu has the focus.
    <div
      role="columnheader"
      aria-colindex={index + 1}
      className={styles.head}
      data-kind={column.kind}
      onDoubleClick={() => setDraft(column.name)}
    >
      <Sign className={styles.sign} size={12} aria-hidden />
      {draft === undefined ? (
        <span className={styles.headName} title={column.name}>
          {column.name}
        </span>
      ) : (
        <input
          // biome-ignore lint/a11y/noAutofocus: the user asked to rename it.
          autoFocus
          className={styles.rename}
          aria-label={t("tables.column.name")}
          spellCheck={false}
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={rename}
          onKeyDown={(event) => {
            if (event.key === "Enter") rename();
            else if (event.key === "Escape") setDraft(undefined);
            event.stopPropagation();
          }}
        />
      )}
      <Menu
        label={t("tables.column.menu", { name: column.name })}
        placement="bottom end"
        entries={entriesOf(view, index, column, () => setDraft(column.name))}
      >
        <AriaButton
          className={styles.headMenu ?? ""}
          aria-label={t("tables.column.menu", { name: column.name })}
        >
          <ChevronDown size={14} aria-hidden />
        </AriaButton>
      </Menu>
    </div>
  );
}

type Columns = ReturnType<typeof numberedColumns>;

function change(view: TableView, to: (columns: Columns) => Columns): void {
  editTable(t("tables.label.columns"), withColumns(to(numberedColumns(view))));
}

function entriesOf(
  view: TableView,
  index: number,
  column: TableColumn,
  onRename: () => void,
): MenuEntry[] {
  const move = (steps: number) =>
    change(view, (columns) => {
      const [moving] = columns.slice(index, index + 1);
      return moving ? columns.toSpliced(index, 1).toSpliced(index + steps, 0, moving) : columns;
    });
  const kinds = KINDS.map(
    (kind): MenuEntry => ({
      id: kind,
      label: t(`tables.column.kind.${kind}`),
      icon: kind === column.kind ? Check : KIND_ICONS[kind],
      disabled: kind === column.kind,
      run: () =>
        change(view, (columns) =>
          columns.with(index, { column: { ...column, kind }, from: index }),
        ),
    }),
  );
  const fresh = { column: { name: freeName(view.columns), kind: "text" as const }, from: null };
  return [
    { id: "rename", label: t("tables.column.rename"), icon: Pencil, run: onRename },
    "separator",
    ...kinds,
    "separator",
    {
      id: "left",
      label: t("tables.column.left"),
      icon: ArrowLeft,
      disabled: index === 0,
      run: () => move(-1),
    },
    {
      id: "right",
      label: t("tables.column.right"),
      icon: ArrowRight,
      disabled: index === view.columns.length - 1,
      run: () => move(1),
    },
    {
      id: "insert",
      label: t("tables.column.insert"),
      icon: Columns3,
      run: () => change(view, (columns) => columns.toSpliced(index + 1, 0, fresh)),
    },
    {
      id: "remove",
      label: t("tables.column.remove"),
      icon: Trash2,
      danger: true,
      disabled: view.columns.length === 1,
      run: () => change(view, (columns) => columns.toSpliced(index, 1)),
    },
  ];
}
