import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import type { Exchange } from "../bindings/Exchange";
import { FromBadge } from "../inspector/FromBadge";
import { EmptyState } from "../kit/EmptyState";
import { Resizer } from "../kit/Resizer";
import { VirtualList, type VirtualListHandle } from "../kit/VirtualList";
import { formatDate, formatDuration, formatTime } from "../words/format";
import { t } from "../words/t";
import styles from "./CallBrowser.module.css";
import { CallStatus } from "./CallStatus";

/** What a list tells of a call. */
export type CallHead = Pick<Exchange, "at" | "took_ms" | "method" | "url" | "status" | "from">;

/** A call in the list: how it went, and what it belongs to. */
export type CallRow = {
  key: string;
  call: CallHead;
  /** The flow and node, where they are known. */
  where?: string | undefined;
};

type Props<Row extends CallRow> = {
  label: string;
  rows: readonly Row[];
  /** The chosen call, whole. */
  detail: (row: Row) => ReactNode;
  /** What stands below the list, such as a button for more. */
  foot?: ReactNode;
};

const ROW = 32;

/** Calls one below the other, with the chosen one beside them. Arrows walk through them. */
export function CallBrowser<Row extends CallRow>({ label, rows, detail, foot }: Props<Row>) {
  const [width, setWidth] = useState(() => Math.round(window.innerWidth * 0.36));
  const [chosen, setChosen] = useState<string>();
  const list = useRef<VirtualListHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const open = rows.find((row) => row.key === chosen) ?? rows[0];
  const walk = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const to = step === 0 || !open ? undefined : rows[rows.indexOf(open) + step];
    if (!to) return;
    event.preventDefault();
    setChosen(to.key);
    list.current?.scrollTo(rows.indexOf(to));
    // The row is made by the scrolling, so it can have the focus a frame later.
    requestAnimationFrame(() => {
      const row = box.current?.querySelector(`[data-call="${CSS.escape(to.key)}"]`);
      if (row instanceof HTMLElement) row.focus();
    });
  };
  return (
    <div className={styles.browser}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrows are for the buttons in it. */}
      <div ref={box} className={styles.list} onKeyDown={walk}>
        <div className={styles.rows}>
          <VirtualList
            ref={list}
            label={label}
            items={rows}
            rowHeight={ROW}
            keyOf={(row) => row.key}
            render={(row) => (
              <Line row={row} isOpen={row === open} onOpen={() => setChosen(row.key)} />
            )}
          />
        </div>
        {foot}
      </div>
      <Resizer
        label={t("callBrowser.resize")}
        orientation="vertical"
        size={width}
        min={280}
        max={1000}
        side="after"
        onResize={setWidth}
      />
      <section className={styles.detail} style={{ width }} aria-label={t("callBrowser.detail")}>
        {open === undefined ? (
          <EmptyState title={t("callBrowser.none")} />
        ) : (
          <div key={open.key} className={styles.inner}>
            {detail(open)}
          </div>
        )}
      </section>
    </div>
  );
}

type LineProps = { row: CallRow; isOpen: boolean; onOpen: () => void };

function Line({ row: { key, call, where }, isOpen, onOpen }: LineProps) {
  return (
    <button
      type="button"
      className={styles.row}
      data-call={key}
      aria-current={isOpen ? "true" : undefined}
      tabIndex={isOpen ? 0 : -1}
      onClick={onOpen}
    >
      <span className={styles.muted} title={formatDate(call.at)}>
        {formatTime(call.at)}
      </span>
      <CallStatus call={call} />
      <b className={styles.mono}>{call.method}</b>
      <span className={styles.address}>
        <span className={styles.url} title={call.url}>
          {call.url.replace(/^[a-z]+:\/\//i, "")}
        </span>
        <FromBadge from={call.from} />
      </span>
      <span className={styles.where} title={where}>
        {where}
      </span>
      <span className={styles.took}>{formatDuration(call.took_ms)}</span>
    </button>
  );
}
