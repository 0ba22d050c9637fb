import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Button as AriaButton } from "react-aria-components";
import styles from "./Button.module.css";
import { cx } from "./cx";
import { Tooltip } from "./Tooltip";

type ButtonProps = {
  children: ReactNode;
  onPress?: () => void;
  variant?: "primary" | "plain" | "quiet" | "danger";
  size?: "small" | "normal";
  icon?: LucideIcon;
  disabled?: boolean;
  autoFocus?: boolean;
  type?: "button" | "submit";
  label?: string;
};

/** A button with words on it. */
export function Button({
  children,
  onPress,
  variant = "plain",
  size = "normal",
  icon: Icon,
  disabled,
  autoFocus,
  type = "button",
  label,
}: ButtonProps) {
  return (
    <AriaButton
      type={type}
      className={cx(styles.button, styles[variant], size === "small" && styles.small)}
      onPress={onPress}
      isDisabled={disabled}
      autoFocus={autoFocus}
      aria-label={label}
    >
      {Icon && <Icon size={size === "small" ? 14 : 16} aria-hidden />}
      {children}
    </AriaButton>
  );
}

type IconButtonProps = {
  /** What it does; read out, and shown in the tooltip. */
  label: string;
  icon: LucideIcon;
  onPress?: () => void;
  /** The key that does the same, for the tooltip. */
  keys?: string;
  disabled?: boolean;
  /** Whether it is switched on; leave it out for a button that switches nothing. */
  pressed?: boolean;
  size?: "small" | "normal" | "large";
  /** A figure at its corner; none for 0. The label says it too. */
  count?: number;
  placement?: "top" | "bottom" | "left" | "right";
};

/** A button with an icon only; its tooltip names what it does and its key. */
export function IconButton({
  label,
  icon: Icon,
  onPress,
  keys,
  disabled,
  pressed,
  size = "normal",
  count = 0,
  placement = "bottom",
}: IconButtonProps) {
  return (
    <Tooltip text={label} keys={keys} placement={placement}>
      <AriaButton
        className={cx(styles.iconButton, styles[size], pressed && styles.on)}
        onPress={onPress}
        isDisabled={disabled}
        aria-label={label}
        aria-pressed={pressed}
      >
        <Icon size={size === "small" ? 14 : size === "large" ? 20 : 16} aria-hidden />
        {count > 0 && (
          <span className={styles.count} aria-hidden>
            {count > 99 ? "99+" : count}
          </span>
        )}
      </AriaButton>
    </Tooltip>
  );
}
