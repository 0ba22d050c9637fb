import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./Badge.module.css";
import { cx } from "./cx";

/** How a thing stands, as a colour. Never the only sign: an icon or words go with it. */
export type Tone = "neutral" | "accent" | "ok" | "warning" | "error";

type Props = { tone?: Tone; icon?: LucideIcon; children?: ReactNode; title?: string };

/** A small mark that tells how a thing stands. */
export function Badge({ tone = "neutral", icon: Icon, children, title }: Props) {
  return (
    <span className={cx(styles.badge, styles[tone])} title={title}>
      {Icon && <Icon size={12} aria-hidden />}
      {children}
    </span>
  );
}
