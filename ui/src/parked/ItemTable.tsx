import { Check, CircleDot, LoaderCircle, Pencil } from "lucide-react";
import { type KeyboardEvent, useMemo, useRef } from "react";
import { loadItems } from "../actions/parked";
import type { ParkedItem } from "../bindings/ParkedItem";
import { cellText, kindOf } from "../data/cells";
import { Button } from "../kit/Button";
import { cx } from "../kit/cx";
import { VirtualList, type VirtualListHandle } from "../kit/VirtualList";
import { dataOf, fieldOf, isOpen, tellingFields, withAllTicked, withTick } from "../model/parked";
import { store, useGantry } from "../model/store";
import { useNow } from "../screens/useNow";
import { formatAgo, formatDate } from "../words/format";
import { t } from "../words/t";
import styles from "./Items.module.css";

const ROW = 28;
const STATE_ICONS = { open: CircleDot, retrying: LoaderCircle, resolved: Check };

function tick(id: number): void {
  store.setState(({ parked }) => ({ parked: withTick(parked, id) }));
}

function look(id: number): void {
  store.setState(({ parked }) => ({ parked: { ...parked, item: id } }));
}

/** The items with one reason. Arrows walk through them, Space ticks one. */
export function ItemTable({ items }: { items: readonly ParkedItem[] }) {
  const shown = useGantry((state) => state.parked.item);
  const chosen = useGantry((state) => state.parked.chosen);
  const hasMore = useGantry((state) => state.parked.hasMore);
  const fields = useMemo(() => tellingFields(items), [items]);
  const ticked = useMemo(() => new Set(chosen), [chosen]);
  const open = items.filter(isOpen).length;
  const list = useRef<VirtualListHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const now = useNow();
  const walk = (event: KeyboardEvent) => {
    const at = items.findIndex((item) => item.id === shown);
    const item = items[at];
    if (event.key === " " && item && isOpen(item)) {
      event.preventDefault();
      tick(item.id);
      return;
    }
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const to = step === 0 ? undefined : items[at + step];
    if (!to) return;
    event.preventDefault();
    look(to.id);
    list.current?.scrollTo(at + step);
    // The row is made by the scrolling, so it can have the focus a frame later.
    requestAnimationFrame(() => {
      const row = box.current?.querySelector(`[data-item="${to.id}"]`);
      if (row instanceof HTMLElement) row.focus();
    });
  };
  const columns = `${fields.map(() => "minmax(0, 1fr)").join(" ") || "minmax(0, 1fr)"} 86px`;
  return (
    <div className={styles.table}>
      <div className={styles.top}>
        <input
          type="checkbox"
          aria-label={t("parked.chooseAll")}
          checked={open > 0 && chosen.length === open}
          disabled={open === 0}
          onChange={() => store.setState(({ parked }) => ({ parked: withAllTicked(parked) }))}
        />
        <span className={styles.columns} style={{ gridTemplateColumns: columns }}>
          {(fields.length === 0 ? [t("parked.item")] : fields).map((field) => (
            <span key={field} className={styles.cell}>
              {field}
            </span>
          ))}
          <span className={styles.when}>
            {chosen.length > 0 ? t("parked.chosen", { n: chosen.length }) : t("parked.failedAt")}
          </span>
        </span>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrows are for the buttons in it. */}
      <div ref={box} className={styles.rows} onKeyDown={walk}>
        <VirtualList
          ref={list}
          label={t("parked.list")}
          items={items}
          rowHeight={ROW}
          keyOf={(item) => String(item.id)}
          render={(item) => (
            <Row
              item={item}
              fields={fields}
              columns={columns}
              isShown={item.id === shown}
              isTicked={ticked.has(item.id)}
              now={now}
            />
          )}
        />
      </div>
      {hasMore && (
        <div className={styles.older}>
          <Button size="small" onPress={() => void loadItems(true)}>
            {t("parked.older")}
          </Button>
        </div>
      )}
    </div>
  );
}

type RowProps = {
  item: ParkedItem;
  fields: readonly string[];
  columns: string;
  isShown: boolean;
  isTicked: boolean;
  now: number;
};

function Row({ item, fields, columns, isShown, isTicked, now }: RowProps) {
  const value = dataOf(item);
  const name = cellText(fieldOf(value, fields[0] ?? "") ?? item.error.item ?? item.id);
  const Icon = STATE_ICONS[item.state];
  return (
    <div className={cx(styles.row, isShown && styles.shown)} data-state={item.state}>
      {isOpen(item) ? (
        <input
          type="checkbox"
          aria-label={t("parked.choose", { item: name })}
          checked={isTicked}
          tabIndex={-1}
          onChange={() => tick(item.id)}
        />
      ) : (
        <Icon size={14} aria-label={t(`parked.state.${item.state}`)} className={styles.state} />
      )}
      <button
        type="button"
        className={styles.columns}
        style={{ gridTemplateColumns: columns }}
        data-item={item.id}
        aria-current={isShown ? "true" : undefined}
        tabIndex={isShown ? 0 : -1}
        onClick={() => look(item.id)}
      >
        {fields.length === 0 && (
          <span className={styles.cell}>{cellText(value ?? item.error.item)}</span>
        )}
        {fields.map((field) => {
          const cell = fieldOf(value, field);
          return (
            <span key={field} className={styles.cell} data-kind={kindOf(cell)}>
              {cellText(cell)}
            </span>
          );
        })}
        <span className={styles.when} title={formatDate(item.at)}>
          {item.edited !== undefined && (
            <Pencil size={12} aria-label={t("parked.edited")} className={styles.mended} />
          )}
          {formatAgo(item.at, now)}
        </span>
      </button>
    </div>
  );
}
