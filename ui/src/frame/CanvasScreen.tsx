import { PanelLeftClose, PanelLeftOpen, Workflow } from "lucide-react";
import { useEffect } from "react";
import { keysOf } from "../actions/all";
import { showScreen } from "../actions/flows";
import { setPanel } from "../actions/panels";
import { viewport } from "../actions/viewport";
import { Canvas } from "../canvas/Canvas";
import { Inspector } from "../inspector/Inspector";
import { Button, IconButton } from "../kit/Button";
import { EmptyState } from "../kit/EmptyState";
import { Resizer } from "../kit/Resizer";
import { onlyNode } from "../model/selection";
import { useGantry } from "../model/store";
import { Palette } from "../palette/Palette";
import { PastBanner } from "../screens/PastBanner";
import { t } from "../words/t";
import styles from "./CanvasScreen.module.css";
import { RunBar } from "./RunBar";
import { TopBar } from "./TopBar";

function PaletteSide() {
  const { open, width } = useGantry((state) => state.panels.palette);
  const toggle = () => setPanel("palette", { open: !open });
  return (
    <>
      {open && (
        <>
          <div className={styles.palette} style={{ width }}>
            <Palette />
          </div>
          <Resizer
            label={t("palette.resize")}
            orientation="vertical"
            size={width}
            min={200}
            max={420}
            side="before"
            onResize={(next) => setPanel("palette", { width: next })}
          />
        </>
      )}
      <div className={styles.fold} style={{ left: (open ? width + 1 : 0) + 12 }}>
        <IconButton
          icon={open ? PanelLeftClose : PanelLeftOpen}
          placement="right"
          label={t(open ? "palette.fold" : "palette.unfold")}
          keys={keysOf("toggle-palette")}
          onPress={toggle}
        />
      </div>
    </>
  );
}

function InspectorSide() {
  const { open, width } = useGantry((state) => state.panels.inspector);
  const full = useGantry((state) => state.inspector.full);
  const isEmpty = useGantry(
    (state) =>
      state.selection.nodes.length === 0 && state.inspector.wire === null && !state.inspector.flow,
  );
  const node = useGantry((state) => onlyNode(state.selection));
  const isShown = !full && open && !isEmpty;
  useEffect(() => {
    // The canvas got narrower: the node that was chosen may be behind the inspector now.
    if (isShown && node !== null) viewport()?.reveal(node);
  }, [isShown, node]);
  // With nothing to show the canvas takes the room.
  if (!full && !isShown) return null;
  return (
    <>
      {!full && (
        <Resizer
          label={t("inspector.resize")}
          orientation="vertical"
          size={width}
          min={320}
          max={900}
          side="after"
          onResize={(next) => setPanel("inspector", { width: next })}
        />
      )}
      <aside
        className={styles.inspector}
        style={full ? { flex: 1 } : { width }}
        aria-label={t("inspector.label")}
      >
        <Inspector />
      </aside>
    </>
  );
}

function NoFlow() {
  return (
    <EmptyState icon={Workflow} title={t("canvas.none.title")} text={t("canvas.none.text")}>
      <Button variant="primary" onPress={() => showScreen("flows")}>
        {t("canvas.none.action")}
      </Button>
    </EmptyState>
  );
}

/** The canvas with the palette, the inspector and the bars around it. */
export function CanvasScreen() {
  const isOpen = useGantry((state) => state.open !== null);
  const full = useGantry((state) => state.inspector.full);
  if (!isOpen) return <NoFlow />;
  return (
    <div className={styles.screen}>
      <TopBar />
      <PastBanner />
      <div className={styles.middle}>
        {!full && <PaletteSide />}
        {!full && (
          <main className={styles.canvas}>
            <Canvas />
          </main>
        )}
        <InspectorSide />
      </div>
      <RunBar />
    </div>
  );
}
