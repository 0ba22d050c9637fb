import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronDown, ChevronRight, Copy } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { toast } from "../actions/context";
import { cx } from "../kit/cx";
import { getAt } from "../model/pointer";
import { t } from "../words/t";
import { kindOf } from "./cells";
import { asText } from "./copy";
import styles from "./JsonLines.module.css";
import { foldable, type Line, linesOf } from "./lines";

type Props = {
  roots: readonly unknown[];
  /** The depth from which values are folded at first. */
  foldFrom: number;
  /** What stands before each root, such as its number. */
  labels?: readonly string[];
  selected?: number;
  onSelect?: (root: number) => void;
  /** Says which roots are in view. */
  onView?: (first: number, last: number) => void;
};

const LINE = 19;
const INDENT = 14;

/** JSON, line by line; only the lines in view are drawn, objects and lists fold. */
export function JsonLines({ roots, foldFrom, labels, selected, onSelect, onView }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  // What the user turned around: folds what was open at first, opens what was folded.
  const [turned, setTurned] = useState<ReadonlySet<string>>(new Set());
  const lines = useMemo(() => {
    const folded = new Set(foldable(roots, foldFrom));
    for (const path of turned) if (!folded.delete(path)) folded.add(path);
    return linesOf(roots, folded);
  }, [roots, foldFrom, turned]);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE,
    overscan: 20,
    initialRect: { width: 400, height: 600 },
  });
  const shown = virtual.getVirtualItems();
  const first = rootOf(lines[shown[0]?.index ?? 0]);
  const last = rootOf(lines[shown.at(-1)?.index ?? 0]);
  useEffect(() => onView?.(first, last), [onView, first, last]);

  // The item chosen in another view is in sight when this one opens, and only then.
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolling on each selection would move what was clicked.
  useEffect(() => {
    if (selected === undefined || selected === 0) return;
    const at = lines.findIndex((line) => rootOf(line) === selected);
    if (at >= 0) virtual.scrollToIndex(at, { align: "start" });
  }, []);

  const toggle = (path: string) => {
    const next = new Set(turned);
    if (!next.delete(path)) next.add(path);
    setTurned(next);
  };
  return (
    <div ref={scroller} className={styles.scroller}>
      <div className={styles.all} style={{ height: virtual.getTotalSize() }}>
        {shown.map((row) => {
          const line = lines[row.index];
          if (line === undefined) return null;
          const root = rootOf(line);
          return (
            // biome-ignore lint/a11y/noStaticElementInteractions: picking by keyboard is the table's; this only follows the mouse.
            // biome-ignore lint/a11y/useKeyWithClickEvents: see above.
            <div
              key={row.key}
              className={cx(styles.line, root === selected && styles.selected)}
              style={{
                transform: `translateY(${row.start}px)`,
                paddingLeft: 8 + line.depth * INDENT,
              }}
              onClick={() => onSelect?.(root)}
            >
              <JsonLine
                line={line}
                label={line.depth === 0 ? labels?.[root] : undefined}
                onToggle={toggle}
              />
              {line.part.type !== "close" && <CopyValue value={getAt(roots, line.path)} />}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function JsonLine({
  line,
  label,
  onToggle,
}: {
  line: Line;
  label: string | undefined;
  onToggle: (path: string) => void;
}) {
  const { part } = line;
  const canFold = part.type === "open" || part.type === "folded";
  const Icon = part.type === "folded" ? ChevronRight : ChevronDown;
  return (
    <>
      {canFold ? (
        <button
          type="button"
          className={styles.fold}
          aria-expanded={part.type === "open"}
          aria-label={part.type === "open" ? t("data.fold") : t("data.unfold")}
          onClick={(event) => {
            event.stopPropagation();
            onToggle(line.path);
          }}
        >
          <Icon size={12} aria-hidden />
        </button>
      ) : (
        <span className={styles.noFold} />
      )}
      <span className={styles.text}>
        {label !== undefined && part.type !== "close" && (
          <span className={styles.label}>{label}</span>
        )}
        {line.key !== undefined && (
          <>
            <span className="tok-key">{line.key}</span>
            <span className="tok-operator">: </span>
          </>
        )}
        <Part part={part} />
        {line.comma && <span className="tok-operator">,</span>}
      </span>
    </>
  );
}

function Part({ part }: { part: Line["part"] }) {
  switch (part.type) {
    case "open":
    case "close":
      return <span className="tok-operator">{part.bracket}</span>;
    case "folded":
      return (
        <>
          <span className="tok-operator">{part.bracket === "{" ? "{ … }" : "[ … ]"}</span>
          <span className={styles.count}>
            {part.bracket === "{"
              ? t("data.fields", { n: part.count })
              : t("data.items", { n: part.count })}
          </span>
        </>
      );
    case "plain":
      return (
        <span className={LOOKS[kindOf(part.value)]}>
          {JSON.stringify(part.value) ?? t("data.notLoaded")}
        </span>
      );
    default:
      return part satisfies never;
  }
}

function CopyValue({ value }: { value: unknown }) {
  return (
    <button
      type="button"
      className={styles.copy}
      aria-label={t("data.copyValue")}
      title={t("data.copyValue")}
      tabIndex={-1}
      onClick={(event) => {
        event.stopPropagation();
        navigator.clipboard.writeText(asText(value)).then(
          () => toast("ok", t("data.valueCopied")),
          () => toast("error", t("data.copyFailed")),
        );
      }}
    >
      <Copy size={12} aria-hidden />
    </button>
  );
}

const LOOKS: Record<ReturnType<typeof kindOf>, string> = {
  text: "tok-string",
  number: "tok-number",
  bool: "tok-number",
  null: "tok-comment",
  missing: "tok-comment",
  list: "tok-operator",
  object: "tok-operator",
};

function rootOf(line: Line | undefined): number {
  return line === undefined ? 0 : Number(line.path.split("/")[1]);
}
