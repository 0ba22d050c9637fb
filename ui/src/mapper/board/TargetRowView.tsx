import { ChevronDown, ChevronRight, Plus } from "lucide-react";
import { memo, useRef } from "react";
import type { Suggestion } from "../../bindings/Suggestion";
import { cx } from "../../kit/cx";
import { t } from "../../words/t";
import { TARGET_ROW } from "../model/lines";
import type { RowFault } from "../model/preview";
import type { TargetRow } from "../model/targets";
import { RowPopover } from "../rule/RowPopover";
import { type Editing, foldTarget, mapper, setEditing } from "../store";
import { FieldCells } from "./FieldCells";
import { Ghost } from "./Ghost";
import { NameInput } from "./NameInput";
import { rowWords } from "./rowWords";
import styles from "./TargetRowView.module.css";

type Props = {
  row: TargetRow;
  index: number;
  isActive: boolean;
  /** Whether a source would land here. */
  isOver: boolean;
  fault: RowFault | undefined;
  ghost: Suggestion | undefined;
  editing: Editing | null;
  onFocusTree: () => void;
};

/** One row of the target side. */
export const TargetRowView = memo(function TargetRowView(props: Props) {
  const { row, index, isActive, isOver, fault, ghost, editing, onFocusTree } = props;
  const box = useRef<HTMLDivElement>(null);
  const isGroup = row.type === "object" || (row.type === "field" && row.isEach);
  const isNaming = editing?.what === "name";
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus and names its active row.
    <div
      ref={box}
      id={`mapper-target-${index}`}
      role="treeitem"
      data-target={row.id}
      aria-level={row.depth + 1}
      aria-selected={isActive}
      aria-expanded={isGroup && "isFolded" in row ? !row.isFolded : undefined}
      aria-label={rowWords(row, fault)}
      className={cx(
        styles.row,
        isActive && styles.active,
        isOver && styles.over,
        row.type === "open" && styles.open,
        fault?.here && styles.failing,
      )}
      style={{ top: index * TARGET_ROW, height: TARGET_ROW }}
      onPointerDown={(event) => {
        mapper.setState({ target: row.id });
        if (event.target instanceof HTMLInputElement) return;
        // The tree keeps the focus, so that its keys work on the row that was clicked.
        event.preventDefault();
        onFocusTree();
      }}
    >
      <span className={styles.name} style={{ paddingLeft: 4 + row.depth * 16 }}>
        <Fold row={row} isGroup={isGroup} />
        {isNaming ? (
          <NameInput row={row} text={editing.text} onDone={onFocusTree} />
        ) : (
          <Name row={row} />
        )}
      </span>
      {row.type === "field" && <FieldCells row={row} fault={fault} ghost={ghost} />}
      {row.type === "open" &&
        (ghost === undefined ? (
          <span className={styles.note}>{row.target.note}</span>
        ) : (
          <Ghost suggestion={ghost} />
        ))}
      {editing !== null && !isNaming && <RowPopover row={row} editing={editing} anchor={box} />}
    </div>
  );
});

function Fold({ row, isGroup }: { row: TargetRow; isGroup: boolean }) {
  if (row.type === "new") return <Plus className={styles.plus} size={14} aria-hidden />;
  if (!isGroup || !("isFolded" in row)) return <span className={styles.fold} />;
  const Icon = row.isFolded ? ChevronRight : ChevronDown;
  return (
    <button
      type="button"
      tabIndex={-1}
      className={styles.fold}
      aria-label={t(row.isFolded ? "data.unfold" : "data.fold")}
      onClick={() => foldTarget(row.id)}
    >
      <Icon size={12} aria-hidden />
    </button>
  );
}

function Name({ row }: { row: TargetRow }) {
  const text = row.type === "new" ? t("mapper.newField") : row.name;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: F2 and Enter do the same for the keyboard.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above.
    <span
      data-name
      className={cx(styles.key, row.type === "new" && styles.new)}
      title={row.type === "field" ? row.field.to : undefined}
      onClick={() => row.type === "new" && setEditing({ what: "name", row: row.id, text: "" })}
      onDoubleClick={() =>
        row.type !== "new" && setEditing({ what: "name", row: row.id, text: row.name })
      }
    >
      {text}
    </span>
  );
}
