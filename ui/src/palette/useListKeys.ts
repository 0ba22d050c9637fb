import { useState } from "react";

type List = {
  /** The row that Enter takes. */
  active: number;
  setActive: (index: number) => void;
  onKeyDown: (event: React.KeyboardEvent) => void;
};

/** The keys of a search field with a list below it: arrows move, Enter takes, Esc closes. */
export function useListKeys(
  count: number,
  onTake: (index: number) => void,
  onEscape: () => void,
): List {
  const [wanted, setActive] = useState(0);
  const active = Math.max(0, Math.min(wanted, count - 1));
  const onKeyDown = (event: React.KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: 8,
      PageUp: -8,
    };
    const step = steps[event.key];
    if (step !== undefined && count > 0) {
      event.preventDefault();
      const next = active + step;
      if (Math.abs(step) === 1) setActive((next + count) % count);
      else setActive(Math.max(0, Math.min(count - 1, next)));
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && count > 0) {
      event.preventDefault();
      onTake(active);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      onEscape();
    }
  };
  return { active, setActive, onKeyDown };
}
