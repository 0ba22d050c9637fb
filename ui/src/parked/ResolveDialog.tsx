import { useState } from "react";
import { Button } from "../kit/Button";
import { Dialog } from "../kit/Dialog";
import { TextInput } from "../kit/TextInput";
import { t } from "../words/t";
import styles from "./Parked.module.css";

type Props = { n: number; onResolve: (note: string) => void; onClose: () => void };

/** Asks why items need no more. */
export function ResolveDialog({ n, onResolve, onClose }: Props) {
  const [note, setNote] = useState("");
  return (
    <Dialog title={t("parked.resolveTitle", { n })} size="small" onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          onClose();
          onResolve(note);
        }}
      >
        <p className={styles.quietText}>{t("parked.resolveText", { n })}</p>
        <TextInput label={t("parked.note")} value={note} autoFocus onChange={setNote} />
        <div className={styles.buttons}>
          <Button onPress={onClose}>{t("parked.cancel")}</Button>
          <Button type="submit" variant="primary" disabled={note.trim() === ""}>
            {t("parked.resolveOne")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
