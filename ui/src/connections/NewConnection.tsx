import { type FormEvent, useEffect, useState } from "react";
import { createConnection, loadConnectionForm } from "../actions/connections";
import { edit } from "../actions/editing";
import type { Environment } from "../bindings/Environment";
import { Segments } from "../form/Segments";
import { Button } from "../kit/Button";
import { Dialog } from "../kit/Dialog";
import { Select } from "../kit/Select";
import { TextInput } from "../kit/TextInput";
import { ENVIRONMENTS, environmentOf } from "../model/connections";
import { store, useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./Connections.module.css";

type Props = {
  /** The node that is to use it. */
  node?: string | undefined;
  onClose: () => void;
};

/** Asks for what a new connection needs at first; the rest is in its form. */
export function NewConnection({ node, onClose }: Props) {
  const form = useGantry((state) => state.connectionForm);
  const now = useGantry((state) => environmentOf(state.settings));
  const [name, setName] = useState("");
  const [url, setUrl] = useState("");
  const [auth, setAuth] = useState("api_key");
  const [environment, setEnvironment] = useState<Environment>(now);
  useEffect(() => void loadConnectionForm(), []);
  const kind = form?.find((field) => field.key === "auth")?.kind;
  const ways = kind?.type === "variants" ? kind.options : [];
  const make = async (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === "") return;
    const id = await createConnection({ name, base_url: url.trim(), environment, auth });
    if (id === null) return;
    onClose();
    if (node === undefined) store.setState({ screen: "connections" });
    else edit(t("picker.label"), { type: "set_node", node, key: "/connection", value: id });
  };
  return (
    <Dialog title={t("newConnection.title")} onClose={onClose}>
      <form className={styles.form} onSubmit={(event) => void make(event)}>
        <TextInput
          label={t("newConnection.name")}
          help={t("newConnection.nameHelp")}
          value={name}
          onChange={setName}
          autoFocus
          required
        />
        <TextInput
          label={t("newConnection.url")}
          help={t("newConnection.urlHelp")}
          placeholder="https://api.example.com/v2"
          value={url}
          onChange={setUrl}
        />
        <Select
          label={t("newConnection.auth")}
          value={auth}
          options={ways.map(({ value, label, help }) => ({
            value,
            label,
            ...(help ? { about: help } : {}),
          }))}
          onChange={setAuth}
        />
        <div className={styles.choice}>
          <span className={styles.label}>{t("newConnection.environment")}</span>
          <Segments
            label={t("newConnection.environment")}
            value={environment}
            options={ENVIRONMENTS.map((value) => ({ value, label: t(`environment.${value}`) }))}
            onChange={setEnvironment}
          />
        </div>
        <div className={styles.formButtons}>
          <Button onPress={onClose}>{t("newConnection.cancel")}</Button>
          <Button type="submit" variant="primary" disabled={name.trim() === ""}>
            {t("newConnection.make")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
