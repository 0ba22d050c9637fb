import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import type { Exchange } from "../bindings/Exchange";
import { ExchangeDetail } from "../inspector/ExchangeDetail";
import { FromBadge } from "../inspector/FromBadge";
import { EmptyState } from "../kit/EmptyState";
import { Resizer } from "../kit/Resizer";
import { VirtualList, type VirtualListHandle } from "../kit/VirtualList";
import { formatDate, formatDuration, formatTime } from "../words/format";
import { t } from "../words/t";
import styles from "./CallBrowser.module.css";
import { CallStatus } from "./CallStatus";

/** A call in the list: how it went, and what it belongs to. */
export type CallRow = {
  key: string;
  exchange: Exchange;
  /** The flow and node, where they are known. */
  where?: string | undefined;
};

type Props = {
  label: string;
  rows: readonly CallRow[];
  /** The whole call, where the rows hold only its head. */
  detail?: (row: CallRow) => ReactNode;
  /** What stands below the list, such as a button for more. */
  foot?: ReactNode;
};

const ROW = 32;

/** Calls one below the other, with the chosen one beside them. Arrows walk through them. */
export function CallBrowser({ label, rows, detail, foot }: Props) {
  const [width, setWidth] = useState(() => Math.round(window.innerWidth * 0.38));
  const [chosen, setChosen] = useState<string>();
  const list = useRef<VirtualListHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const open = rows.find((row) => row.key === chosen) ?? rows[0];
  const walk = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const to = step && rows[rows.findIndex((row) => row === open) + step];
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
              <Row row={row} isOpen={row === open} onOpen={() => setChosen(row.key)} />
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
            {open.where !== undefined && <p className={styles.muted}>{open.where}</p>}
            {detail ? detail(open) : <ExchangeDetail exchange={open.exchange} />}
          </div>
        )}
      </section>
    </div>
  );
}

type RowProps = { row: CallRow; isOpen: boolean; onOpen: () => void };

function Row({ row: { key, exchange, where }, isOpen, onOpen }: RowProps) {
  return (
    <button
      type="button"
      className={styles.row}
      data-call={key}
      aria-current={isOpen ? "true" : undefined}
      tabIndex={isOpen ? 0 : -1}
      onClick={onOpen}
    >
      <span className={styles.muted} title={formatDate(exchange.at)}>
        {formatTime(exchange.at)}
      </span>
      <CallStatus exchange={exchange} />
      <b className={styles.mono}>{exchange.method}</b>
      <span className={styles.url} title={exchange.url}>
        {exchange.url.replace(/^[a-z]+:\/\//i, "")}
      </span>
      <FromBadge from={exchange.from} />
      <span className={styles.where} title={where}>
        {where}
      </span>
      <span className={styles.took}>{formatDuration(exchange.took_ms)}</span>
    </button>
  );
}
