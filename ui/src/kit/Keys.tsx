import styles from "./Keys.module.css";

const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);

const ARROWS = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  Delete: "Del",
};

const SIGNS: Record<string, string> = isMac
  ? { ...ARROWS, Ctrl: "⌘", Shift: "⇧", Alt: "⌥", Enter: "↩", Backspace: "⌫" }
  : ARROWS;

/** A key combination such as `Ctrl+Shift+Z`, as the user's keyboard shows it. */
export function Keys({ keys }: { keys: string }) {
  const parts = keys.split(/(?<=.)\+/);
  return (
    <span className={styles.keys}>
      {parts.map((part) => (
        <kbd key={part}>{SIGNS[part] ?? part}</kbd>
      ))}
    </span>
  );
}
