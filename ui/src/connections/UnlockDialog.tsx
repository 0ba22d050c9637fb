import { type FormEvent, useRef, useState } from "react";
import { unlockVault } from "../actions/connections";
import { Button } from "../kit/Button";
import { Dialog } from "../kit/Dialog";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./Connections.module.css";
import { type SecretElement, SecretField } from "./SecretField";

/** Asks for the passphrase of the secrets, once until the program ends. */
export function UnlockDialog({ onClose }: { onClose: () => void }) {
  const name = useGantry((state) => state.vault?.name ?? "");
  const field = useRef<SecretElement>(null);
  const [error, setError] = useState<string | null>(null);
  const unlock = async (event: FormEvent) => {
    event.preventDefault();
    const passphrase = field.current?.value ?? "";
    if (passphrase !== "") setError(await unlockVault(passphrase));
  };
  return (
    <Dialog title={t("vault.unlockTitle")} size="small" onClose={onClose}>
      <form className={styles.form} onSubmit={(event) => void unlock(event)}>
        <SecretField
          label={t("vault.passphrase")}
          help={t("vault.passphraseHelp", { name })}
          error={error}
          field={field}
        />
        <div className={styles.formButtons}>
          <Button onPress={onClose}>{t("vault.cancel")}</Button>
          <Button type="submit" variant="primary">
            {t("vault.unlock")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
