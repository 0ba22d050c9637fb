import { Copy, Keyboard } from "lucide-react";
import type { ReactNode } from "react";
import { toast } from "../actions/context";
import { setTheme } from "../actions/panels";
import { Segments } from "../form/Segments";
import { Button, IconButton } from "../kit/Button";
import { store, useGantry } from "../model/store";
import { t } from "../words/t";
import flows from "./Flows.module.css";
import { HistorySettings } from "./HistorySettings";
import styles from "./Settings.module.css";
import { Line } from "./SettingsLine";

/** How the program looks, where it keeps things, and what it is. */
export function SettingsScreen() {
  const theme = useGantry((state) => state.theme);
  const app = useGantry((state) => state.app);
  return (
    <main className={flows.screen}>
      <div className={styles.page}>
        <header className={flows.header}>
          <h1 className={flows.title}>{t("rail.settings")}</h1>
        </header>
        <div className={styles.sections}>
          <Section title={t("settings.look")}>
            <Line label={t("rail.theme")} help={t("settings.themeHelp")}>
              <Segments
                label={t("rail.theme")}
                value={theme}
                options={[
                  { value: "system", label: t("theme.system") },
                  { value: "light", label: t("theme.light") },
                  { value: "dark", label: t("theme.dark") },
                ]}
                onChange={setTheme}
              />
            </Line>
            <Line label={t("settings.keys")} help={t("settings.keysHelp")}>
              <Button icon={Keyboard} onPress={() => store.setState({ overlay: { type: "keys" } })}>
                {t("action.keys")}
              </Button>
            </Line>
          </Section>
          <Section title={t("settings.data")}>
            <Line label={t("settings.folder")} help={t("settings.folderHelp")}>
              <Place text={app?.data_dir} />
            </Line>
            <Line label={t("settings.samples")} help={t("settings.samplesHelp")} />
            <Line label={t("settings.sandbox")} help={t("settings.sandboxHelp")}>
              {app?.sandbox ? (
                <Place text={app.sandbox} />
              ) : (
                <span className={styles.quiet}>{t("settings.sandboxOff")}</span>
              )}
            </Line>
            {app?.hooks && (
              <Line label={t("settings.hooks")} help={t("settings.hooksHelp")}>
                <Place text={app.hooks} />
              </Line>
            )}
          </Section>
          <Section title={t("retention.title")}>
            <HistorySettings />
          </Section>
          <Section title={t("settings.about")}>
            <Line label={t("app.name")} help={t("settings.aboutHelp")}>
              <span className={styles.quiet}>
                {t("settings.version", { version: app?.version ?? "" })}
              </span>
            </Line>
          </Section>
        </div>
      </div>
    </main>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.section} aria-label={title}>
      <h2 className={styles.title}>{title}</h2>
      <div className={styles.lines}>{children}</div>
    </section>
  );
}

function Place({ text }: { text: string | undefined }) {
  if (text === undefined) return null;
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => toast("ok", t("data.valueCopied")),
      () => toast("error", t("data.copyFailed")),
    );
  };
  return (
    <span className={styles.place}>
      <code>{text}</code>
      <IconButton label={t("settings.copy")} icon={Copy} size="small" onPress={copy} />
    </span>
  );
}
