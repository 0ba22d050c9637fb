import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./EmptyState.module.css";

type Props = { icon?: LucideIcon; title: string; text?: ReactNode; children?: ReactNode };

/** What stands where there is nothing yet: it says the one useful next step. */
export function EmptyState({ icon: Icon, title, text, children }: Props) {
  return (
    <div className={styles.empty}>
      {Icon && <Icon className={styles.icon} size={24} aria-hidden />}
      <p className={styles.title}>{title}</p>
      {text && <p className={styles.text}>{text}</p>}
      {children && <div className={styles.actions}>{children}</div>}
    </div>
  );
}
