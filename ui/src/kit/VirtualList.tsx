import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, type Ref, useEffect, useImperativeHandle, useRef } from "react";
import styles from "./VirtualList.module.css";

/** What can be asked of a list from outside. */
export type VirtualListHandle = { scrollTo: (index: number) => void };

type Props<Item> = {
  label: string;
  items: readonly Item[];
  rowHeight: number | ((item: Item, index: number) => number);
  keyOf: (item: Item, index: number) => string;
  render: (item: Item, index: number) => ReactNode;
  role?: "list" | "listbox" | "presentation";
  id?: string;
  /** Called when the end of the rows comes into sight: more of them can be read. */
  onEnd?: () => void;
  ref?: Ref<VirtualListHandle>;
};

/** The end is told of when so many rows are left below what is in sight. */
const NEAR_END = 40;

/** A list of any length: only the rows in sight are made. */
export function VirtualList<Item>(props: Props<Item>) {
  const { label, items, rowHeight, keyOf, render, role = "list", id, onEnd, ref } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => {
      const item = items[index];
      if (typeof rowHeight === "number" || item === undefined) return Number(rowHeight);
      return rowHeight(item, index);
    },
    getItemKey: (index) => {
      const item = items[index];
      return item === undefined ? index : keyOf(item, index);
    },
    overscan: 8,
    initialRect: { width: 400, height: 600 },
  });
  useImperativeHandle(ref, () => ({
    scrollTo: (index) => virtual.scrollToIndex(index, { align: "auto" }),
  }));
  const last = virtual.getVirtualItems().at(-1)?.index ?? 0;
  const isNearEnd = items.length > 0 && last >= items.length - NEAR_END;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `onEnd` is a new function at each drawing; the end is what matters.
  useEffect(() => {
    if (isNearEnd) onEnd?.();
  }, [isNearEnd, items.length]);
  return (
    <div ref={scroller} className={styles.scroller}>
      <div
        id={id}
        role={role}
        {...(role === "presentation" ? {} : { "aria-label": label })}
        className={styles.all}
        style={{ height: virtual.getTotalSize() }}
      >
        {virtual.getVirtualItems().map((row) => {
          const item = items[row.index];
          return item === undefined ? null : (
            <div
              key={row.key}
              role={role === "list" ? "listitem" : "presentation"}
              className={styles.row}
              style={{ height: row.size, transform: `translateY(${row.start}px)` }}
            >
              {render(item, row.index)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
