import { FileLock, KeyRound, Lock, TriangleAlert } from "lucide-react";
import { askToUnlock } from "../actions/connections";
import type { VaultState } from "../bindings/VaultState";
import { Button } from "../kit/Button";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./Connections.module.css";

function iconOf({ keeper, locked }: VaultState) {
  if (locked) return Lock;
  return { keyring: KeyRound, file: FileLock, memory: TriangleAlert }[keeper];
}

/** Says where secrets are kept, and asks to unlock them where they are locked. */
export function VaultBanner() {
  const vault = useGantry((state) => state.vault);
  if (vault === null) return null;
  const { keeper, locked, name } = vault;
  const Icon = iconOf(vault);
  return (
    <div
      className={styles.vault}
      role="status"
      data-tone={locked || keeper === "memory" ? "warning" : undefined}
    >
      <Icon size={16} aria-hidden />
      <span>{locked ? t("vault.locked") : t(`vault.${keeper}`, { name })}</span>
      {locked && (
        <Button size="small" onPress={askToUnlock}>
          {t("vault.unlock")}
        </Button>
      )}
    </div>
  );
}
