import { setPanel } from "../actions/panels";
import { Inspector } from "../inspector/Inspector";
import { Resizer } from "../kit/Resizer";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./CanvasScreen.module.css";

/** The canvas with the palette, the inspector and the bars around it. */
export function CanvasScreen() {
  const inspector = useGantry((state) => state.panels.inspector);
  const full = useGantry((state) => state.inspector.full);
  return (
    <div className={styles.screen}>
      <div className={styles.middle}>
        {!full && <main className={styles.canvas} />}
        {!full && inspector.open && (
          <Resizer
            label={t("inspector.resize")}
            orientation="vertical"
            size={inspector.width}
            min={320}
            max={900}
            side="after"
            onResize={(width) => setPanel("inspector", { width })}
          />
        )}
        {(inspector.open || full) && (
          <aside
            className={styles.inspector}
            style={full ? { flex: 1 } : { width: inspector.width }}
            aria-label={t("inspector.label")}
          >
            <Inspector />
          </aside>
        )}
      </div>
    </div>
  );
}
