import { Copy, ExternalLink } from "lucide-react";
import { cancelConsent, goOnWithConsent } from "../actions/connections";
import { toast } from "../actions/context";
import { Button, IconButton } from "../kit/Button";
import { Dialog } from "../kit/Dialog";
import { Spinner } from "../kit/Spinner";
import type { OpenConnection } from "../model/connections";
import { t } from "../words/t";
import styles from "./Editor.module.css";

type Props = { consent: NonNullable<OpenConnection["consent"]>; name: string };

/** Says what will be asked for, opens the browser, and waits there for the user's yes. */
export function ConsentDialog({ consent: { told, isWaiting }, name }: Props) {
  const { scopes_in_words: scopes, user_code: code, url } = told;
  return (
    <Dialog title={t("consent.title", { name })} onClose={() => void cancelConsent()}>
      <div className={styles.consent}>
        <p className={styles.quiet}>{t("consent.lead")}</p>
        {scopes.length === 0 ? (
          <p>{t("consent.noScopes")}</p>
        ) : (
          <>
            <p>{t("consent.scopes")}</p>
            <ul className={styles.scopes}>
              {scopes.map((scope) => (
                <li key={scope}>{scope}</li>
              ))}
            </ul>
          </>
        )}
        {code !== undefined && <UserCode code={code} />}
        {isWaiting && (
          <p className={styles.busy}>
            <Spinner label={t("consent.waiting")} />
            {t("consent.waiting")}
          </p>
        )}
        <p className={styles.quiet}>
          {t("consent.address")} <code className={styles.address}>{url}</code>
        </p>
        <div className={styles.consentButtons}>
          <Button onPress={() => void cancelConsent()}>{t("consent.cancel")}</Button>
          <Button
            variant={isWaiting ? "plain" : "primary"}
            icon={ExternalLink}
            autoFocus
            onPress={() => void goOnWithConsent()}
          >
            {t(isWaiting ? "consent.again" : "consent.continue")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function UserCode({ code }: { code: string }) {
  const copy = () => {
    navigator.clipboard.writeText(code).then(
      () => toast("ok", t("data.valueCopied")),
      () => toast("error", t("data.copyFailed")),
    );
  };
  return (
    <div className={styles.code}>
      <span>{t("consent.code")}</span>
      <strong>{code}</strong>
      <IconButton label={t("consent.copyCode")} icon={Copy} size="small" onPress={copy} />
    </div>
  );
}
