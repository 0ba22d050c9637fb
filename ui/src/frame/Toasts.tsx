import { CircleCheck, Info, TriangleAlert, X } from "lucide-react";
import { closeToast } from "../actions/context";
import { Button, IconButton } from "../kit/Button";
import { cx } from "../kit/cx";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./Toasts.module.css";

const ICONS = { neutral: Info, ok: CircleCheck, error: TriangleAlert };

/** Short messages at the bottom; they never take the focus. */
export function Toasts() {
  const toasts = useGantry((state) => state.toasts);
  return (
    <div className={styles.toasts} role="log" aria-live="polite">
      {toasts.map(({ id, tone, text, action }) => {
        const Icon = ICONS[tone];
        return (
          <div key={id} className={cx(styles.toast, styles[tone])}>
            <Icon size={16} aria-hidden />
            <p>{text}</p>
            {action && (
              <Button
                size="small"
                onPress={() => {
                  action.run();
                  closeToast(id);
                }}
              >
                {action.label}
              </Button>
            )}
            <IconButton
              size="small"
              icon={X}
              label={t("toast.close")}
              onPress={() => closeToast(id)}
            />
          </div>
        );
      })}
    </div>
  );
}
