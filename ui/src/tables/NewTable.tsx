import { type FormEvent, useState } from "react";
import { createTable } from "../actions/tables";
import { Button } from "../kit/Button";
import { Dialog } from "../kit/Dialog";
import { TextInput } from "../kit/TextInput";
import { t } from "../words/t";
import styles from "./Tables.module.css";

/** Asks for the name of a new table. */
export function NewTable({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const make = async (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "" && (await createTable(name))) onClose();
  };
  return (
    <Dialog title={t("tables.new")} size="small" onClose={onClose}>
      <form className={styles.form} onSubmit={(event) => void make(event)}>
        <TextInput
          label={t("tables.newName")}
          help={t("tables.newHelp")}
          value={name}
          onChange={setName}
          autoFocus
          required
        />
        <div className={styles.formButtons}>
          <Button onPress={onClose}>{t("tables.cancel")}</Button>
          <Button type="submit" variant="primary" disabled={name.trim() === ""}>
            {t("tables.create")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
