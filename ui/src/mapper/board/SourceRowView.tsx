import { ChevronDown, ChevronRight } from "lucide-react";
import { memo } from "react";
import type { SourceField } from "../../bindings/SourceField";
import { cellText } from "../../data/cells";
import { cx } from "../../kit/cx";
import { t } from "../../words/t";
import { SOURCE_ROW } from "../model/lines";
import { canFold, type SourceRow, sourceName } from "../model/sources";
import { foldSource, mapper } from "../store";
import styles from "./SourceRowView.module.css";

type Props = {
  row: SourceRow;
  index: number;
  isActive: boolean;
  isUsed: boolean;
  isHeld: boolean;
  onDrag: (event: React.PointerEvent<HTMLElement>, source: SourceField) => void;
};

/** One source: its type's sign, its name, how often it is filled, an example. */
export const SourceRowView = memo(function SourceRowView(props: Props) {
  const { row, index, isActive, isUsed, isHeld, onDrag } = props;
  const Chevron = row.isFolded ? ChevronRight : ChevronDown;
  const isFoldable = canFold(row);
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus and names its active row.
    <div
      id={`mapper-source-${index}`}
      role="treeitem"
      data-source={row.type === "source" ? row.source.path : undefined}
      aria-level={row.depth + 1}
      aria-selected={isActive}
      aria-expanded={isFoldable ? !row.isFolded : undefined}
      aria-label={labelOf(row)}
      className={cx(
        styles.row,
        row.type === "root" && styles.root,
        isActive && styles.active,
        isHeld && styles.held,
      )}
      style={{ top: index * SOURCE_ROW, height: SOURCE_ROW, paddingLeft: 4 + row.depth * 14 }}
      onPointerDown={(event) => {
        mapper.setState({ source: row.id });
        if (row.type === "source") onDrag(event, row.source);
      }}
      onDoubleClick={() => isFoldable && foldSource(row.id)}
    >
      {isFoldable ? (
        <button
          type="button"
          tabIndex={-1}
          className={styles.fold}
          aria-label={t(row.isFolded ? "data.unfold" : "data.fold")}
          onPointerDown={(event) => event.stopPropagation()}
          onClick={() => foldSource(row.id)}
        >
          <Chevron size={12} aria-hidden />
        </button>
      ) : (
        <span className={styles.fold} />
      )}
      {row.type === "root" ? (
        <RootCells root={row.root} />
      ) : (
        <SourceCells source={row.source} isUsed={isUsed} />
      )}
    </div>
  );
});

function RootCells({ root }: { root: Extract<SourceRow, { type: "root" }>["root"] }) {
  return (
    <>
      <span className={styles.title}>{root.title}</span>
      <span className={styles.about} title={root.out_of_reach}>
        {root.out_of_reach ? t("mapper.root.outOfReach") : t(`mapper.root.${root.kind.type}`)}
      </span>
    </>
  );
}

const SIGNS: Record<SourceField["kind"], string> = {
  text: "T",
  number: "#",
  integer: "#",
  boolean: "✓",
  date: "D",
  date_time: "D",
  list: "[ ]",
  object: "{ }",
  null: "∅",
  mixed: "?",
  unknown: "?",
};

function SourceCells({ source, isUsed }: { source: SourceField; isUsed: boolean }) {
  const percent = source.fill === undefined ? null : Math.round(source.fill * 100);
  const example = exampleOf(source);
  return (
    <>
      <span className={styles.sign} data-kind={source.kind} title={t(`mapper.kind.${source.kind}`)}>
        {SIGNS[source.kind]}
      </span>
      <span className={styles.name} title={source.path}>
        {sourceName(source)}
      </span>
      <span className={styles.example} title={example}>
        {example}
      </span>
      {percent !== null && percent < 100 && (
        <span className={styles.fill} title={t("schema.filledHint", { percent })}>
          {t("schema.percent", { percent })}
        </span>
      )}
      <span className={cx(styles.port, isUsed && styles.used)} aria-hidden />
    </>
  );
}

function exampleOf({ examples }: SourceField): string {
  return examples.length === 0 ? "" : cellText(examples[0]);
}

function labelOf(row: SourceRow): string {
  if (row.type === "root") return row.root.title;
  const { source } = row;
  const example = exampleOf(source);
  const parts = [
    sourceName(source),
    t(`mapper.kind.${source.kind}`),
    source.fill === undefined || source.fill >= 1
      ? ""
      : t("mapper.filled", { percent: Math.round(source.fill * 100) }),
    example === "" ? "" : t("mapper.example", { example }),
  ];
  return parts.filter((part) => part !== "").join(", ");
}
