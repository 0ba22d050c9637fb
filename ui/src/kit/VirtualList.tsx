import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, type Ref, useImperativeHandle, useRef } from "react";
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
  ref?: Ref<VirtualListHandle>;
};

/** A list of any length: only the rows in sight are made. */
export function VirtualList<Item>(props: Props<Item>) {
  const { label, items, rowHeight, keyOf, render, role = "list", id, ref } = props;
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
