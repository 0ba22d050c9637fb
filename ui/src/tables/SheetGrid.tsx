import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type ClipboardEvent,
  type KeyboardEvent,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { editTable, tellMisfit } from "../actions/tables";
import type { TableView } from "../bindings/TableView";
import { cellsOf } from "../form/rows";
import {
  type Area,
  emptied,
  layOver,
  type Place,
  rectOf,
  textOfArea,
  textOfCell,
  widthsOf,
} from "../model/tables";
import { t } from "../words/t";
import { ColumnHead } from "./ColumnHead";
import { afterTyping, isLetter, moved } from "./moves";
import styles from "./SheetGrid.module.css";
import { ROW, SheetRow } from "./SheetRow";

type Props = {
  view: TableView;
  area: Area;
  onArea: (area: Area) => void;
  onRemoveRows: () => void;
};

/** The cells of a table: walked by keys, typed over, copied and pasted as in a spreadsheet. */
export function SheetGrid({ view, area, onArea, onRemoveRows }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const [draft, setDrawnDraft] = useState<string>();
  // What is typed is laid down once, though the input also loses the focus by that.
  const typed = useRef<string>(undefined);
  const setDraft = (text: string | undefined) => {
    typed.current = text;
    setDrawnDraft(text);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: columns keep their widths while cells are typed.
  const widths = useMemo(() => widthsOf(view), [view.name, view.columns]);
  const nRows = view.rows.length;
  const virtual = useVirtualizer({
    // One more, in which a new row begins.
    count: nRows + 1,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
    paddingStart: ROW,
    scrollPaddingStart: ROW,
    initialRect: { width: 800, height: 600 },
  });
  const size = { rows: nRows, columns: view.columns.length, page: 20 };
  const rect = rectOf(area);
  const template = `48px ${widths.map((width) => `${width}px`).join(" ")} minmax(40px, 1fr)`;

  const go = (next: Area) => {
    onArea(next);
    virtual.scrollToIndex(next.to.row, { align: "auto" });
  };
  useEffect(() => {
    const left = 48 + widths.slice(0, area.to.column).reduce((sum, width) => sum + width, 0);
    const box = scroller.current;
    if (!box) return;
    const right = left + (widths[area.to.column] ?? 0);
    if (left < box.scrollLeft + 48) box.scrollLeft = left - 48;
    else if (right > box.scrollLeft + box.clientWidth) box.scrollLeft = right - box.clientWidth;
  }, [area.to.column, widths]);

  const lay = (at: Place, block: string[][], label: string) => {
    const edit = layOver(view, at, block);
    if ("type" in edit) editTable(label, edit);
    else tellMisfit(edit);
    return "type" in edit;
  };
  const finish = (press?: KeyboardEvent) => {
    const text = typed.current;
    if (text === undefined) return;
    const { row, column } = area.to;
    const old = textOfCell(view.rows[row]?.[column]);
    const isKept = text === old || lay(area.to, [[text]], t("tables.label.type"));
    // A text that does not fit stays, to be corrected.
    if (!isKept && press) return;
    setDraft(undefined);
    if (!press) return;
    const grown = { ...size, rows: Math.max(nRows, row + 1) };
    const at = afterTyping(area.to, press, grown);
    scroller.current?.focus({ preventScroll: true });
    go({ at, to: at });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (draft !== undefined || event.target !== event.currentTarget) return;
    const next = moved(area, event, size);
    const cell = view.rows[area.to.row]?.[area.to.column];
    if (next) go(next);
    else if (event.key === "Enter" || event.key === "F2") setDraft(textOfCell(cell));
    else if (event.key === "Delete" && (event.ctrlKey || event.metaKey)) onRemoveRows();
    else if (event.key === "Delete" || event.key === "Backspace") {
      editTable(t("tables.label.empty"), emptied(view, area));
    } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a") {
      const last = { row: Math.max(0, nRows - 1), column: size.columns - 1 };
      onArea({ at: { row: 0, column: 0 }, to: last });
    } else if (isLetter(event)) setDraft(event.key);
    else return;
    event.preventDefault();
  };
  const onClipboard = (event: ClipboardEvent) => {
    if (draft !== undefined || event.target !== event.currentTarget) return;
    event.preventDefault();
    if (event.type === "paste") {
      const text = event.clipboardData.getData("text/plain");
      const start = { row: rect.top, column: rect.left };
      if (text !== "") lay(start, cellsOf(text), t("tables.label.paste"));
      return;
    }
    event.clipboardData.setData("text/plain", textOfArea(view, area));
    if (event.type === "cut") editTable(t("tables.label.cut"), emptied(view, area));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table of a hundred thousand rows is drawn in part.
    <div
      ref={scroller}
      className={styles.scroller}
      role="grid"
      tabIndex={0}
      aria-label={view.name}
      aria-rowcount={nRows + 2}
      aria-colcount={view.columns.length}
      aria-multiselectable
      aria-activedescendant={`cell-${area.to.row}-${area.to.column}`}
      onKeyDown={onKeyDown}
      onCopy={onClipboard}
      onCut={onClipboard}
      onPaste={onClipboard}
    >
      <div className={styles.all} style={{ height: virtual.getTotalSize() }}>
        {/* biome-ignore lint/a11y/useSemanticElements: see above. */}
        {/* biome-ignore lint/a11y/useFocusableInteractive: its menus have the focus. */}
        <div
          role="row"
          aria-rowindex={1}
          className={styles.header}
          style={{ gridTemplateColumns: template }}
        >
          <span className={styles.corner} />
          {view.columns.map((column, index) => (
            <ColumnHead key={column.name} view={view} index={index} />
          ))}
        </div>
        {virtual.getVirtualItems().map((item) => (
          <SheetRow
            key={item.index}
            view={view}
            row={item.index}
            top={item.start}
            template={template}
            area={area}
            draft={item.index === area.to.row ? draft : undefined}
            onDraft={setDraft}
            onFinish={finish}
            onCancel={() => {
              setDraft(undefined);
              scroller.current?.focus({ preventScroll: true });
            }}
            onChoose={(next) => {
              finish();
              onArea(next);
            }}
          />
        ))}
      </div>
    </div>
  );
}
