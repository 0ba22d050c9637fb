import type { ReactElement } from "react";
import { Tooltip as AriaTooltip, TooltipTrigger } from "react-aria-components";
import { Keys } from "./Keys";
import styles from "./Tooltip.module.css";

type Props = {
  text: string;
  keys?: string;
  placement?: "top" | "bottom" | "left" | "right";
  /** Something that can have the focus: a button. */
  children: ReactElement;
};

/** A few words, and the key, beside a control that is pointed at or has the focus. */
export function Tooltip({ text, keys, placement = "bottom", children }: Props) {
  return (
    <TooltipTrigger delay={500} closeDelay={80}>
      {children}
      <AriaTooltip className={styles.tooltip} placement={placement} offset={6}>
        {text}
        {keys && <Keys keys={keys} />}
      </AriaTooltip>
    </TooltipTrigger>
  );
}
