import { type RefObject, useEffect, useMemo, useRef } from "react";
import { t } from "../../words/t";
import { clearRule, dropOn, moveRow, removeRow } from "../edits";
import { useMapping } from "../mapping";
import { type TargetCommand, targetCommand } from "../model/keys";
import { TARGET_ROW, window as windowOf } from "../model/lines";
import { faultsByRow } from "../model/preview";
import type { TargetRow } from "../model/targets";
import { foldTarget, mapper, say, setEditing, useMapper } from "../store";
import { accept, dismiss } from "../suggestions";
import styles from "./Board.module.css";
import { reveal } from "./reveal";
import { TargetHead } from "./TargetHead";
import { TargetRowView } from "./TargetRowView";

type Props = {
  scroller: RefObject<HTMLDivElement | null>;
  sources: RefObject<HTMLDivElement | null>;
  top: number;
  height: number;
  onScroll: (top: number) => void;
};

/** The fields that are made, each with its rule; for-eaches hold their own. */
export function TargetTree({ scroller, sources, top, height, onScroll }: Props) {
  const { targets: rows, sources: sourceRows, preview, ghosts, wanted } = useMapping();
  const active = useMapper((state) => state.target);
  const held = useMapper((state) => state.held);
  const over = useMapper((state) => state.over);
  const item = useMapper((state) => state.item);
  const editing = useMapper((state) => state.editing);
  const faults = useMemo(() => faultsByRow(preview.items, item), [preview.items, item]);
  const found = rows.findIndex((row) => row.id === active);
  const index = found < 0 ? rows.length - 1 : found;
  const [first, end] = windowOf(rows.length, TARGET_ROW, top, height);

  useEffect(() => {
    if (found >= 0) reveal(scroller.current, found, TARGET_ROW);
  }, [found, scroller]);

  useFocusBack(scroller, editing !== null);
  useFirstGhost(scroller, rows, ghosts.size > 0);

  const back = () => {
    mapper.setState({ held: null });
    sources.current?.focus();
  };
  const dropHeld = () => {
    const row = rows[index];
    if (held === null || row === undefined) return;
    void dropOn(row, held);
    // The next field is the likely next one to pick up.
    const at = sourceRows.findIndex((each) => each.id === held.path);
    const next = sourceRows[at + 1];
    if (next !== undefined) mapper.setState({ source: next.id });
    sources.current?.focus();
  };
  const press = (event: React.KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const command = targetCommand(event, rows, index, held !== null);
    const ghost = ghosts.get(rows[index]?.id ?? "");
    if (ghost !== undefined && held === null && (event.key === "Enter" || event.key === "Delete")) {
      event.preventDefault();
      if (event.key === "Enter") accept([ghost], wanted);
      else dismiss([ghost]);
      const next = rows.slice(index + 1).find((row) => ghosts.has(row.id));
      if (next !== undefined) mapper.setState({ target: next.id });
      return;
    }
    if (command === undefined) return;
    event.preventDefault();
    if (command.do === "drop") dropHeld();
    else if (command.do === "cancel") back();
    else act(command, rows, index);
  };
  return (
    <section className={styles.side} aria-label={t("mapper.targets")}>
      <TargetHead />
      <div
        ref={scroller}
        className={styles.tree}
        role="tree"
        tabIndex={0}
        aria-label={t("mapper.targets")}
        aria-activedescendant={`mapper-target-${index}`}
        onKeyDown={press}
        onScroll={(event) => onScroll(event.currentTarget.scrollTop)}
      >
        <div className={styles.all} style={{ height: rows.length * TARGET_ROW }}>
          {rows.slice(first, end).map((row, at) => (
            <TargetRowView
              key={row.id}
              row={row}
              index={first + at}
              isActive={first + at === index}
              isOver={over === row.id || (held !== null && first + at === index)}
              ghost={ghosts.get(row.id)}
              fault={row.type === "field" ? faults.get(row.id) : undefined}
              editing={editing?.row === row.id ? editing : null}
              onFocusTree={() => scroller.current?.focus()}
            />
          ))}
        </div>
        {rows.length === 1 && <p className={styles.teach}>{t("mapper.teach")}</p>}
      </div>
    </section>
  );
}

/** How long closing windows take to give the focus back where they had it from. */
const SETTLE_MS = 40;

/** Gives the fields the focus when what was open over a row closed and nobody has it. */
function useFocusBack(tree: RefObject<HTMLElement | null>, isOpen: boolean): void {
  const wasOpen = useRef(false);
  useEffect(() => {
    const isClosed = wasOpen.current && !isOpen;
    wasOpen.current = isOpen;
    if (!isClosed) return;
    const timer = setTimeout(() => {
      if (document.activeElement === document.body) tree.current?.focus();
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [isOpen, tree]);
}

/** Goes to the first suggestion when some come, so that Enter takes one after the other. */
function useFirstGhost(
  tree: RefObject<HTMLElement | null>,
  rows: readonly TargetRow[],
  hasGhosts: boolean,
): void {
  const { ghosts } = useMapping();
  // biome-ignore lint/correctness/useExhaustiveDependencies: only their coming is the event.
  useEffect(() => {
    if (!hasGhosts) return;
    mapper.setState({ target: rows.find((row) => ghosts.has(row.id))?.id ?? null });
    tree.current?.focus();
  }, [hasGhosts]);
}

/** Carries out what a key asks for, on the row that it is about. */
function act(
  command: Exclude<TargetCommand, { do: "drop" | "cancel" }>,
  rows: readonly TargetRow[],
  index: number,
): void {
  const row = rows[index];
  if (row === undefined) return;
  switch (command.do) {
    case "go":
      mapper.setState({ target: rows[command.index]?.id ?? null });
      return;
    case "fold":
      foldTarget(row.id);
      return;
    case "move":
      moveRow(row, command.step);
      return;
    case "remove":
      // The row below takes its place and its id.
      removeRow(row);
      return;
    case "clear":
      if (row.type === "field") clearRule(row.path);
      say(t("mapper.said.cleared"));
      return;
    case "open":
      mapper.setState({ target: row.id });
      setEditing({ what: command.what, row: row.id });
      return;
    case "name":
      mapper.setState({ target: row.id });
      setEditing({ what: "name", row: row.id, text: command.text ?? nameIn(row) });
      return;
    default:
      command satisfies never;
  }
}

function nameIn(row: TargetRow): string {
  return row.type === "new" ? "" : row.name;
}
