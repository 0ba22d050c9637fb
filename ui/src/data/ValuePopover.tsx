import { Copy } from "lucide-react";
import { useMemo, useRef } from "react";
import { Dialog, Popover } from "react-aria-components";
import { toast } from "../actions/context";
import { IconButton } from "../kit/Button";
import { t } from "../words/t";
import { asText } from "./copy";
import { JsonLines } from "./JsonLines";
import styles from "./ValuePopover.module.css";

type Props = { anchor: Element; value: unknown; title: string; onClose: () => void };

const LINE = 19;
const TALLEST = 320;

/** A whole value beside the cell that cuts it. */
export function ValuePopover({ anchor, value, title, onClose }: Props) {
  const trigger = useRef(anchor);
  const roots = useMemo(() => [value], [value]);
  const lines = JSON.stringify(value, null, 1)?.split("\n").length ?? 1;
  const height = Math.min(TALLEST, lines * LINE + 10);
  return (
    <Popover
      triggerRef={trigger}
      isOpen
      placement="bottom start"
      offset={2}
      className={styles.popover ?? ""}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Dialog className={styles.dialog ?? ""} aria-label={title}>
        <div className={styles.head}>
          <span className={styles.title}>{title}</span>
          <IconButton
            label={t("data.copyValue")}
            icon={Copy}
            size="small"
            onPress={() => {
              navigator.clipboard.writeText(asText(value)).then(
                () => toast("ok", t("data.valueCopied")),
                () => toast("error", t("data.copyFailed")),
              );
            }}
          />
        </div>
        {typeof value === "object" && value !== null ? (
          <div className={styles.tree} style={{ height }}>
            <JsonLines roots={roots} foldFrom={3} />
          </div>
        ) : (
          <pre className={styles.text}>{asText(value)}</pre>
        )}
      </Dialog>
    </Popover>
  );
}
