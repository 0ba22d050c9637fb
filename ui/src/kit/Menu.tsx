import { Check, type LucideIcon } from "lucide-react";
import type { ReactElement, RefObject } from "react";
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover, Separator } from "react-aria-components";
import { t } from "../words/t";
import { Keys } from "./Keys";
import styles from "./Menu.module.css";

/** One line of a menu; `separator` draws a line instead. */
export type MenuEntry =
  | {
      id: string;
      label: string;
      icon?: LucideIcon;
      keys?: string;
      disabled?: boolean;
      danger?: boolean;
      /** Whether it is the one chosen; leave it out where nothing is chosen. */
      checked?: boolean;
      /** A line below its label. */
      about?: string;
      run: () => void;
    }
  | "separator";

type ItemsProps = { label: string; entries: MenuEntry[]; onClose?: () => void };

function Entries({ label, entries, onClose }: ItemsProps) {
  return (
    <AriaMenu
      className={styles.menu}
      aria-label={label}
      autoFocus="first"
      onClose={onClose}
      disabledKeys={entries.flatMap((e) => (e !== "separator" && e.disabled ? [e.id] : []))}
    >
      {entries.map((entry, at) =>
        entry === "separator" ? (
          <Separator key={`separator-after-${entryKey(entries[at - 1])}`} className={styles.line} />
        ) : (
          <MenuItem
            key={entry.id}
            id={entry.id}
            textValue={entry.label}
            aria-label={entry.checked ? t("menu.chosen", { label: entry.label }) : undefined}
            className={styles.item}
            data-danger={entry.danger || undefined}
            onAction={entry.run}
          >
            {entry.checked !== undefined && (
              <Check size={14} aria-hidden className={styles.check} data-on={entry.checked} />
            )}
            {entry.icon ? <entry.icon size={16} aria-hidden /> : <span className={styles.noIcon} />}
            <span className={styles.label}>
              {entry.label}
              {entry.about && <span className={styles.about}>{entry.about}</span>}
            </span>
            {entry.keys && <Keys keys={entry.keys} />}
          </MenuItem>
        ),
      )}
    </AriaMenu>
  );
}

function entryKey(entry: MenuEntry | undefined): string {
  return entry === undefined || entry === "separator" ? "start" : entry.id;
}

type Props = {
  label: string;
  entries: MenuEntry[];
  /** The button that opens it. */
  children: ReactElement;
  placement?: "bottom start" | "bottom end" | "top start" | "right top";
};

/** A menu that a button opens. */
export function Menu({ label, entries, children, placement = "bottom start" }: Props) {
  return (
    <MenuTrigger>
      {children}
      <Popover className={styles.popover} placement={placement} offset={4}>
        <Entries label={label} entries={entries} />
      </Popover>
    </MenuTrigger>
  );
}

type ContextProps = {
  label: string;
  entries: MenuEntry[];
  /** An element at the place where it opens. */
  anchor: RefObject<Element | null>;
  onClose: () => void;
};

/** A menu at a place, such as where the right button was pressed. */
export function ContextMenu({ label, entries, anchor, onClose }: ContextProps) {
  return (
    <Popover
      className={styles.popover}
      triggerRef={anchor}
      isOpen
      placement="bottom start"
      offset={0}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Entries label={label} entries={entries} onClose={onClose} />
    </Popover>
  );
}
