import { Suspense, useEffect } from "react";
import { I18nProvider } from "react-aria-components";
import { listen } from "../actions/keys";
import { start } from "../actions/start";
import { InterruptedBanner } from "../interrupted/InterruptedBanner";
import { Button } from "../kit/Button";
import { EmptyState } from "../kit/EmptyState";
import { Spinner } from "../kit/Spinner";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./App.module.css";
import { CanvasScreen } from "./CanvasScreen";
import { Overlays } from "./Overlays";
import {
  CassettesScreen,
  ConnectionsScreen,
  FlowsScreen,
  fetchParts,
  InboxScreen,
  MapperScreen,
  NetworkScreen,
  ParkedScreen,
  RunsScreen,
  SettingsScreen,
  TablesScreen,
  whenIdle,
} from "./parts";

import { Rail } from "./Rail";
import { Toasts } from "./Toasts";

function ScreenOf() {
  const screen = useGantry((state) => state.screen);
  switch (screen) {
    case "flows":
      return <FlowsScreen />;
    case "canvas":
      return <CanvasScreen />;
    case "mapper":
      return <MapperScreen />;
    case "connections":
      return <ConnectionsScreen />;
    case "cassettes":
      return <CassettesScreen />;
    case "network":
      return <NetworkScreen />;
    case "runs":
      return <RunsScreen />;
    case "tables":
      return <TablesScreen />;
    case "parked":
      return <ParkedScreen />;
    case "inbox":
      return <InboxScreen />;
    case "settings":
      return <SettingsScreen />;
    default:
      return screen satisfies never;
  }
}

/** The whole window: the rail, a screen, and what lies over it. */
export function App() {
  const ready = useGantry((state) => state.ready);
  useEffect(listen, []);
  useEffect(() => (ready ? whenIdle(() => void fetchParts()) : undefined), [ready]);
  const down = useGantry((state) => state.down);
  if (down !== null) {
    return (
      <EmptyState title={t("app.down")} text={down}>
        <Button onPress={() => void start()}>{t("app.retry")}</Button>
      </EmptyState>
    );
  }
  if (!ready) {
    return (
      <div className={styles.starting}>
        <Spinner label={t("app.starting")} size={20} />
      </div>
    );
  }
  return (
    <I18nProvider>
      <div className={styles.app}>
        <Rail />
        <div className={styles.column}>
          <InterruptedBanner />
          <div className={styles.screen}>
            <Suspense fallback={<div className={styles.coming} />}>
              <ScreenOf />
            </Suspense>
          </div>
        </div>
        <Overlays />
        <Toasts />
      </div>
    </I18nProvider>
  );
}
