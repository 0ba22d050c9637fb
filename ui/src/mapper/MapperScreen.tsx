import { useEffect } from "react";
import { TopBar } from "../frame/TopBar";
import { Button } from "../kit/Button";
import { EmptyState } from "../kit/EmptyState";
import { Resizer } from "../kit/Resizer";
import { Spinner } from "../kit/Spinner";
import { t } from "../words/t";
import { Board } from "./board/Board";
import { Hints } from "./Hints";
import { MapperBar } from "./MapperBar";
import styles from "./MapperScreen.module.css";
import { MappingContext } from "./mapping";
import { loadMenus } from "./menus";
import { closeMapper } from "./open";
import { PreviewPane } from "./PreviewPane";
import { SheetDialog } from "./SheetDialog";
import { mapper, useMapper } from "./store";
import { useMappingData } from "./useMappingData";

/** The mapper over the whole window: sources, lines, fields, and what comes of it. */
export function MapperScreen() {
  const { mapping, error } = useMappingData();
  const height = useMapper((state) => state.height);
  useEffect(() => void loadMenus(), []);
  return (
    <div className={styles.screen}>
      <TopBar />
      {mapping === null ? (
        <div className={styles.wait}>
          {error === undefined ? (
            <Spinner label={t("mapper.loading")} size={20} />
          ) : (
            <EmptyState title={t("mapper.failed")} text={error}>
              <Button onPress={closeMapper}>{t("action.closeMapper")}</Button>
            </EmptyState>
          )}
        </div>
      ) : (
        <MappingContext value={mapping}>
          <MapperBar />
          <SheetDialog />
          <Board />
          <Hints />
          <Resizer
            label={t("mapper.resize")}
            orientation="horizontal"
            size={height}
            min={96}
            max={560}
            side="after"
            onResize={(next) => mapper.setState({ height: next })}
          />
          <div className={styles.preview} style={{ height }}>
            <PreviewPane />
          </div>
        </MappingContext>
      )}
      <Said />
    </div>
  );
}

/** What happens, for those who do not see it. */
function Said() {
  const { text, n } = useMapper((state) => state.said);
  return (
    <p className={styles.said} role="status" aria-live="polite">
      {/* The same words twice are read out twice. */}
      <span key={n}>{text}</span>
    </p>
  );
}
