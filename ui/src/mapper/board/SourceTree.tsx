import { Search } from "lucide-react";
import { type RefObject, useEffect, useRef } from "react";
import type { SourceField } from "../../bindings/SourceField";
import { TextInput } from "../../kit/TextInput";
import { t } from "../../words/t";
import { useMapping } from "../mapping";
import { sourceCommand } from "../model/keys";
import { SOURCE_ROW, window as windowOf } from "../model/lines";
import { type SourceRow, sourceName } from "../model/sources";
import { newRowId } from "../model/targets";
import { foldSource, mapper, say, useMapper } from "../store";
import styles from "./Board.module.css";
import { reveal } from "./reveal";
import { SourceRowView } from "./SourceRowView";

type Props = {
  scroller: RefObject<HTMLDivElement | null>;
  targets: RefObject<HTMLDivElement | null>;
  top: number;
  height: number;
  onScroll: (top: number) => void;
  onDrag: (event: React.PointerEvent<HTMLElement>, source: SourceField) => void;
};

/** The fields that something can be made from: to search, to fold, to drag and to pick up. */
export function SourceTree({ scroller, targets, top, height, onScroll, onDrag }: Props) {
  const { sources: rows, lines, hasRun } = useMapping();
  const search = useMapper((state) => state.search);
  const active = useMapper((state) => state.source);
  const held = useMapper((state) => state.held);
  const input = useRef<HTMLInputElement>(null);
  const index = Math.max(
    0,
    rows.findIndex((row) => row.id === active),
  );
  // The keys work at once when the mapper opens.
  useEffect(() => scroller.current?.focus(), [scroller]);
  const used = new Set(lines.map((line) => line.from));
  const [first, end] = windowOf(rows.length, SOURCE_ROW, top, height);

  const go = (to: number) => {
    const row = rows[to];
    if (row === undefined) return;
    mapper.setState({ source: row.id });
    reveal(scroller.current, to, SOURCE_ROW);
  };
  const press = (event: React.KeyboardEvent) => {
    const command = sourceCommand(event, rows, index);
    if (command === undefined) return;
    if (command.do === "cancel" && held === null && search === "") return;
    event.preventDefault();
    switch (command.do) {
      case "go":
        return go(command.index);
      case "fold":
        return rows[index] && foldSource(rows[index].id);
      case "pick":
        return pick(rows[index], targets.current);
      case "cancel":
        return mapper.setState({ held: null, search: "" });
      case "search":
        mapper.setState({ search: search + command.text });
        return input.current?.focus();
      default:
        return command satisfies never;
    }
  };
  return (
    <section className={styles.side} aria-label={t("mapper.sources")}>
      <div className={styles.head}>
        <div className={styles.search}>
          <TextInput
            label={t("mapper.search")}
            labelHidden
            inputRef={input}
            icon={Search}
            placeholder={t("mapper.search")}
            value={search}
            onChange={(text) => mapper.setState({ search: text })}
            onKeyDown={(event) => {
              if (event.key !== "ArrowDown" && event.key !== "Enter" && event.key !== "Escape")
                return;
              event.preventDefault();
              event.stopPropagation();
              if (event.key === "Escape") mapper.setState({ search: "" });
              else
                go(
                  Math.max(
                    0,
                    rows.findIndex((row) => matches(row, search)),
                  ),
                );
              scroller.current?.focus();
            }}
          />
        </div>
      </div>
      <div
        ref={scroller}
        className={styles.tree}
        role="tree"
        tabIndex={0}
        aria-label={t("mapper.sources")}
        aria-activedescendant={rows.length > 0 ? `mapper-source-${index}` : undefined}
        onKeyDown={press}
        onScroll={(event) => onScroll(event.currentTarget.scrollTop)}
      >
        <div className={styles.all} style={{ height: rows.length * SOURCE_ROW }}>
          {rows.slice(first, end).map((row, at) => (
            <SourceRowView
              key={row.id}
              row={row}
              index={first + at}
              isActive={first + at === index}
              isUsed={used.has(first + at)}
              isHeld={row.type === "source" && held?.path === row.source.path}
              onDrag={onDrag}
            />
          ))}
        </div>
        {search === "" && !hasRun && <p className={styles.teach}>{t("mapper.noSources")}</p>}
        {search !== "" && rows.length === 0 && (
          <p className={styles.teach}>{t("mapper.noSource", { query: search })}</p>
        )}
      </div>
    </section>
  );
}

function matches(row: SourceRow, search: string): boolean {
  return row.type === "source" && row.source.name.toLowerCase().includes(search.toLowerCase());
}

/** Picks a source up; the arrows then choose where it goes. */
function pick(row: SourceRow | undefined, targets: HTMLElement | null): void {
  if (row?.type !== "source") return;
  const { target } = mapper.getState();
  // What was searched for is found; the next search begins anew.
  mapper.setState({ held: row.source, search: "", target: target ?? newRowId([]) });
  say(t("mapper.said.picked", { name: sourceName(row.source) }));
  targets?.focus();
}
