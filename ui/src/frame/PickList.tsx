import type { LucideIcon } from "lucide-react";
import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { cx } from "../kit/cx";
import { Dialog } from "../kit/Dialog";
import { Keys } from "../kit/Keys";
import { TextInput } from "../kit/TextInput";
import { useListKeys } from "../palette/useListKeys";
import styles from "./PickList.module.css";

/** One line that can be picked. */
export type Pick = {
  id: string;
  group: string;
  label: string;
  detail?: string;
  icon?: LucideIcon;
  keys?: string;
  run: () => void;
};

type Props = {
  title: string;
  placeholder: string;
  /** The lines for what was typed, best first. */
  picksFor: (query: string) => Pick[];
  none: (query: string) => string;
  onClose: () => void;
};

/** A field with a list below it, near the top of the window: type, choose, Enter. */
export function PickList({ title, placeholder, picksFor, none, onClose }: Props) {
  const [query, setQuery] = useState("");
  const list = useRef<HTMLDivElement>(null);
  const picks = picksFor(query);
  const take = (index: number) => {
    onClose();
    // After the window is gone, so that the focus is where the action puts it.
    const pick = picks[index];
    if (pick) requestAnimationFrame(pick.run);
  };
  const { active, setActive, onKeyDown } = useListKeys(picks.length, take, onClose);
  useEffect(() => {
    list.current?.querySelector(`[data-index="${active}"]`)?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <Dialog title={title} titleHidden at="top" onClose={onClose}>
      <div className={styles.field}>
        <TextInput
          label={placeholder}
          labelHidden
          icon={Search}
          placeholder={placeholder}
          value={query}
          autoFocus
          onChange={(text) => {
            setQuery(text);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div ref={list} className={styles.list} role="listbox" aria-label={title} tabIndex={-1}>
        {picks.map((pick, index) => (
          <div key={pick.id}>
            {pick.group !== picks[index - 1]?.group && (
              <h3 className={styles.group}>{pick.group}</h3>
            )}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field above. */}
            {/* biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field above. */}
            <div
              role="option"
              data-index={index}
              aria-selected={index === active}
              aria-label={pick.label}
              className={cx(styles.row, index === active && styles.active)}
              onClick={() => take(index)}
              onPointerMove={() => setActive(index)}
            >
              {pick.icon ? <pick.icon size={16} aria-hidden /> : <span className={styles.noIcon} />}
              <span className={styles.label}>{pick.label}</span>
              {pick.detail && <span className={styles.detail}>{pick.detail}</span>}
              {pick.keys && (
                <span className={styles.keys}>
                  <Keys keys={pick.keys} />
                </span>
              )}
            </div>
          </div>
        ))}
        {picks.length === 0 && <p className={styles.none}>{none(query)}</p>}
      </div>
    </Dialog>
  );
}
