import type { NodeInfo } from "../bindings/NodeInfo";
import { cx } from "../kit/cx";
import { iconNamed } from "../kit/icons";
import styles from "./TypeRow.module.css";

type Props = {
  info: NodeInfo;
  id: string;
  active: boolean;
  onActivate: () => void;
  onPointerDown?: (event: React.PointerEvent<HTMLDivElement>) => void;
  onHover?: () => void;
};

/** A node type in a list to choose from. */
export function TypeRow({ info, id, active, onActivate, onPointerDown, onHover }: Props) {
  const Icon = iconNamed(info.icon);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the search field's, which names this row as active.
    // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the search field (aria-activedescendant).
    <div
      role="option"
      id={id}
      aria-label={info.title}
      aria-selected={active}
      aria-description={info.about}
      className={cx(styles.row, styles[info.family], active && styles.active)}
      onClick={onActivate}
      onPointerDown={onPointerDown}
      onPointerMove={onHover}
    >
      <Icon size={16} strokeWidth={1.75} aria-hidden />
      <span className={styles.words}>
        <span className={styles.title}>{info.title}</span>
        <span className={styles.about} title={info.about}>
          {info.about}
        </span>
      </span>
    </div>
  );
}
