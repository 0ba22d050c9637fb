import { ArrowLeft } from "lucide-react";
import type { KeyboardEvent } from "react";
import {
  discardConnection,
  goToConnection,
  openConnection,
  saveConnection,
} from "../actions/connections";
import { Button } from "../kit/Button";
import { Confirm } from "../kit/Dialog";
import { asksOtherSecrets, isChanged, type OpenConnection } from "../model/connections";
import { store, useGantry } from "../model/store";
import { t } from "../words/t";
import { Card } from "./Card";
import { ConsentDialog } from "./ConsentDialog";
import styles from "./Editor.module.css";
import { EditorHead } from "./EditorHead";
import { Secrets } from "./Secrets";
import { Settings } from "./Settings";
import { StatusCard } from "./StatusCard";
import { UsedBy } from "./UsedBy";
import { VaultBanner } from "./VaultBanner";

/** One connection in one environment: how it is written down, its secrets, how it stands. */
export function ConnectionEditor({ open }: { open: OpenConnection }) {
  const { view, draft, consent } = open;
  const leaving = useGantry((state) => state.leaving);
  const hasChanges = isChanged(open);
  const keys = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    // A field tells what is typed when it is left.
    const field = document.activeElement;
    if (field instanceof HTMLElement) {
      field.blur();
      field.focus();
    }
    void saveConnection();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Ctrl+S is for everything in it.
    <div className={styles.page} data-environment={view.spec.environment} onKeyDown={keys}>
      <div className={styles.back}>
        <Button
          variant="quiet"
          size="small"
          icon={ArrowLeft}
          onPress={() => void goToConnection(null)}
        >
          {t("connections.back")}
        </Button>
      </div>
      <EditorHead open={open} />
      <div className={styles.columns}>
        <Card title={t("connection.settings")} className={styles.settings}>
          <Settings open={open} />
        </Card>
        <div className={styles.side}>
          <StatusCard open={open} />
          <Card title={t("connection.secrets")}>
            <VaultBanner />
            {asksOtherSecrets(open) ? (
              <p className={styles.quiet}>{t("secret.saveFirst")}</p>
            ) : (
              <Secrets slots={view.slots} />
            )}
          </Card>
          <UsedBy view={view} />
        </div>
      </div>
      {hasChanges && <SaveBar isBusy={open.busy !== null} />}
      {consent && <ConsentDialog consent={consent} name={view.spec.name} />}
      {leaving && (
        <Confirm
          title={t("connection.leaveTitle")}
          text={t("connection.leaveText", { name: draft.name })}
          confirm={t("connection.leave")}
          cancel={t("connection.stay")}
          onConfirm={() => void openConnection(leaving.to)}
          onClose={() => store.setState({ leaving: null })}
        />
      )}
    </div>
  );
}

function SaveBar({ isBusy }: { isBusy: boolean }) {
  return (
    <div className={styles.save} role="status">
      <strong>{t("connection.unsaved")}</strong>
      <span className={styles.quiet}>{t("connection.unsavedHint")}</span>
      <span className={styles.gap} />
      <Button onPress={discardConnection} disabled={isBusy}>
        {t("connection.discard")}
      </Button>
      <Button variant="primary" onPress={() => void saveConnection()} disabled={isBusy}>
        {t("connection.save")}
      </Button>
    </div>
  );
}
