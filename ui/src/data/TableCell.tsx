import { cx } from "../kit/cx";
import { t } from "../words/t";
import { cellText, kindOf } from "./cells";
import styles from "./TableView.module.css";

type Props = {
  value: unknown;
  isLoaded: boolean;
  isNumeric: boolean;
  isCurrent: boolean;
  start: number;
  width: number;
  onPick: () => void;
  onOpen: (anchor: Element) => void;
};

const OPENABLE = 24;

/** One cell. A second click, or the first on a list or an object, opens the whole value. */
export function TableCell(props: Props) {
  const { value, isLoaded, isNumeric, isCurrent, start, width, onPick, onOpen } = props;
  const kind = kindOf(value);
  const text = isLoaded ? cellText(value) : "";
  const isNested = kind === "list" || kind === "object";
  return (
    // biome-ignore lint/a11y/useSemanticElements: see TableView.
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus.
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid opens the current cell with Enter.
    <div
      role="gridcell"
      className={cx(styles.cell, isNumeric && styles.numeric, isCurrent && styles.current)}
      style={{ width, transform: `translateX(${start}px)` }}
      data-kind={isLoaded ? kind : "loading"}
      data-current={isCurrent || undefined}
      title={titleOf(kind, value)}
      onClick={(event) => {
        const isOpening = isNested || (isCurrent && text.length > OPENABLE);
        onPick();
        if (isOpening) onOpen(event.currentTarget);
      }}
    >
      {isLoaded ? text : <span className={styles.ghost} />}
    </div>
  );
}

function titleOf(kind: ReturnType<typeof kindOf>, value: unknown): string | undefined {
  if (kind === "missing") return t("data.missing");
  if (kind === "list" || kind === "object") return t("data.open");
  if (kind === "text") return String(value).slice(0, 300);
  return undefined;
}
