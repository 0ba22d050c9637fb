import { ShieldAlert } from "lucide-react";
import { useState } from "react";
import { startConfirmed } from "../actions/confirmed";
import { Button } from "../kit/Button";
import { Checkbox } from "../kit/Checkbox";
import { Dialog } from "../kit/Dialog";
import type { Asked } from "../model/partial";
import { t } from "../words/t";
import styles from "./ConfirmWrites.module.css";

type Props = { message: string; then: Asked; onClose: () => void };

/** Asks before a run that changes something in production. */
export function ConfirmWrites({ message, then, onClose }: Props) {
  const [isLast, setLast] = useState(false);
  return (
    <Dialog title={t("confirmWrites.title")} onClose={onClose}>
      <div className={styles.body}>
        <p className={styles.text}>
          <ShieldAlert size={20} aria-hidden />
          <span>{message}</span>
        </p>
        <Checkbox label={t("confirmWrites.again")} checked={isLast} onChange={setLast} />
        <div className={styles.buttons}>
          <Button onPress={onClose} autoFocus>
            {t("confirmWrites.cancel")}
          </Button>
          <Button
            variant="danger"
            onPress={() => {
              onClose();
              void startConfirmed(then, isLast);
            }}
          >
            {t("confirmWrites.run")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
