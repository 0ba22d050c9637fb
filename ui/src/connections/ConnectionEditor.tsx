import { ArrowLeft } from "lucide-react";
import { type KeyboardEvent, useMemo } from "react";
import {
  changeConnection,
  discardConnection,
  goToConnection,
  openConnection,
  saveConnection,
} from "../actions/connections";
import { Form } from "../form/Form";
import { Button } from "../kit/Button";
import { Confirm } from "../kit/Dialog";
import { asksOtherSecrets, formFor, isChanged, type OpenConnection } from "../model/connections";
import { store, useGantry } from "../model/store";
import { t } from "../words/t";
import { Card } from "./Card";
import { ConsentDialog } from "./ConsentDialog";
import styles from "./Editor.module.css";
import { EditorHead } from "./EditorHead";
import { Secrets } from "./Secrets";
import { StatusCard } from "./StatusCard";
import { UsedBy } from "./UsedBy";
import { VaultBanner } from "./VaultBanner";

const NO_NAMES = { items: undefined, vars: [], env: [], nodes: [] };

const DOOR = {
  diagnostics: [],
  readOnly: false,
  change: (key: string, value: unknown) => changeConnection(key, value),
  names: NO_NAMES,
  preview: undefined,
};

/** One connection in one environment: how it is written down, its secrets, how it stands. */
export function ConnectionEditor({ open }: { open: OpenConnection }) {
  const { view, draft, consent } = open;
  const leaving = useGantry((state) => state.leaving);
  const hasChanges = isChanged(open);
  const keys = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    if (hasChanges) void saveConnection();
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

function Settings({ open: { draft } }: { open: OpenConnection }) {
  const form = useGantry((state) => state.connectionForm);
  const fields = useMemo(() => formFor(form ?? [], draft), [form, draft]);
  return <Form fields={fields} value={draft} pointer="" door={DOOR} />;
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
