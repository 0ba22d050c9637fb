import { CopyPlus, Ellipsis, LogIn, PlugZap, Trash2, Unplug } from "lucide-react";
import { useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import {
  beginConsent,
  deleteConnection,
  disconnectConnection,
  duplicateConnection,
  goToConnection,
  testConnection,
} from "../actions/connections";
import { Button } from "../kit/Button";
import { Confirm } from "../kit/Dialog";
import { Menu, type MenuEntry } from "../kit/Menu";
import { ENVIRONMENTS, isChanged, type OpenConnection } from "../model/connections";
import { t } from "../words/t";
import styles from "./Editor.module.css";
import { environmentSign } from "./health";

/** The connection's name, its environments, and what can be done with it as a whole. */
export function EditorHead({ open }: { open: OpenConnection }) {
  const { view, busy } = open;
  const { name, environment } = view.spec;
  const isSignedIn = view.slots.some(({ slot, is_set }) => slot.by_itself && is_set);
  const [asked, setAsked] = useState<"delete" | "disconnect">();
  const hasGiven = view.slots.some(({ slot }) => slot.by_itself);
  return (
    <header className={styles.head}>
      <h1 className={styles.title}>{name}</h1>
      <Environments open={open} />
      <span className={styles.gap} />
      {view.asks_user && (
        <Button icon={LogIn} disabled={busy !== null} onPress={() => void beginConsent()}>
          {t(isSignedIn ? "connection.signInAgain" : "connection.signIn")}
        </Button>
      )}
      <Button
        icon={PlugZap}
        variant="primary"
        disabled={busy !== null}
        onPress={() => void testConnection()}
      >
        {t(isChanged(open) ? "connection.saveAndTest" : "connection.test")}
      </Button>
      <Menu
        label={t("connection.more")}
        placement="bottom end"
        entries={entriesOf(open, hasGiven && isSignedIn, setAsked)}
      >
        <AriaButton className={styles.more} aria-label={t("connection.more")}>
          <Ellipsis size={16} aria-hidden />
        </AriaButton>
      </Menu>
      {asked === "delete" && (
        <Confirm
          title={t("connection.deleteTitle", {
            name,
            environment: t(`environment.in.${environment}`),
          })}
          text={
            view.flows.length === 0
              ? t("connection.deleteTextUnused")
              : t("connection.deleteText", { n: view.flows.length })
          }
          confirm={t("connection.delete")}
          cancel={t("connection.keep")}
          onConfirm={() => void deleteConnection({ id: view.spec.id, environment }, name)}
          onClose={() => setAsked(undefined)}
        />
      )}
      {asked === "disconnect" && (
        <Confirm
          title={t("connection.disconnectTitle", { name })}
          text={t("connection.disconnectText")}
          confirm={t("connection.disconnect")}
          cancel={t("connection.keep")}
          onConfirm={() => void disconnectConnection()}
          onClose={() => setAsked(undefined)}
        />
      )}
    </header>
  );
}

function entriesOf(
  { view: { spec, environments } }: OpenConnection,
  canDisconnect: boolean,
  ask: (what: "delete" | "disconnect") => void,
): MenuEntry[] {
  const missing = ENVIRONMENTS.filter((each) => !environments.includes(each));
  return [
    ...missing.map((to) => ({
      id: `duplicate-${to}`,
      label: t("connection.duplicateTo", { environment: t(`environment.in.${to}`) }),
      icon: CopyPlus,
      run: () => void duplicateConnection({ id: spec.id, environment: spec.environment }, to),
    })),
    ...(missing.length > 0 ? (["separator"] as const) : []),
    {
      id: "disconnect",
      label: t("connection.disconnect"),
      icon: Unplug,
      disabled: !canDisconnect,
      run: () => ask("disconnect"),
    },
    {
      id: "delete",
      label: t("connection.delete"),
      icon: Trash2,
      danger: true,
      run: () => ask("delete"),
    },
  ];
}

/** One tab for each environment; one where the connection is not leads to a copy there. */
function Environments({ open: { view } }: { open: OpenConnection }) {
  const { id, environment: here } = view.spec;
  return (
    <nav className={styles.environments} aria-label={t("connection.environments")}>
      {ENVIRONMENTS.map((environment) => {
        const { icon: Icon, tone } = environmentSign(environment);
        const isThere = view.environments.includes(environment);
        const word = t(`environment.${environment}`);
        const copy = t("connection.duplicateTo", {
          environment: t(`environment.in.${environment}`),
        });
        return (
          <button
            key={environment}
            type="button"
            className={styles.environment}
            data-tone={tone}
            data-missing={isThere ? undefined : true}
            aria-current={environment === here ? "page" : undefined}
            aria-label={isThere ? word : copy}
            title={isThere ? undefined : copy}
            onClick={() =>
              isThere
                ? environment !== here && void goToConnection({ id, environment })
                : void duplicateConnection({ id, environment: here }, environment)
            }
          >
            {isThere ? <Icon size={14} aria-hidden /> : <CopyPlus size={14} aria-hidden />}
            {word}
          </button>
        );
      })}
    </nav>
  );
}
