import type { ReactNode } from "react";
import { cx } from "../kit/cx";
import styles from "./Editor.module.css";

type Props = {
  title: string;
  className?: string | undefined;
  /** What stands at the right end of the title. */
  actions?: ReactNode;
  children: ReactNode;
};

/** A part of a page with its title. */
export function Card({ title, className, actions, children }: Props) {
  return (
    <section className={cx(styles.card, className)} aria-label={title}>
      <div className={styles.cardHead}>
        <h2 className={styles.cardTitle}>{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  );
}
