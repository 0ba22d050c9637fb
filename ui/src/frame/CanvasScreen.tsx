import { PanelLeftClose, PanelLeftOpen, ShieldAlert, Workflow } from "lucide-react";
import { Suspense, useEffect } from "react";
import { keysOf } from "../actions/all";
import { showScreen } from "../actions/flows";
import { setPanel } from "../actions/panels";
import { viewport } from "../actions/viewport";
import { Canvas } from "../canvas/Canvas";
import { Button, IconButton } from "../kit/Button";
import { EmptyState } from "../kit/EmptyState";
import { Resizer } from "../kit/Resizer";
import { environmentOf } from "../model/connections";
import { findWire, parsePort } from "../model/flow";
import { onlyNode } from "../model/selection";
import { store, useGantry } from "../model/store";
import { Palette } from "../palette/Palette";
import { PlanList } from "../partial/PlanList";
import { PastBanner } from "../screens/PastBanner";
import { t } from "../words/t";
import styles from "./CanvasScreen.module.css";
import { Inspector } from "./parts";
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

function endsOf(id: string): string[] {
  const { open } = store.getState();
  const wire = open ? findWire(open.flow, id)?.wire : undefined;
  return wire ? [parsePort(wire.from).node, parsePort(wire.to).node] : [];
}

function InspectorSide() {
  const { open, width } = useGantry((state) => state.panels.inspector);
  const full = useGantry((state) => state.inspector.full);
  const isEmpty = useGantry(
    (state) =>
      state.selection.nodes.length === 0 && state.inspector.wire === null && !state.inspector.flow,
  );
  const node = useGantry((state) => onlyNode(state.selection));
  const wire = useGantry((state) => state.inspector.wire);
  const isShown = !full && open && !isEmpty;
  useEffect(() => {
    // The canvas got narrower: what was chosen may be behind the inspector now.
    if (!isShown) return;
    if (node !== null) viewport()?.reveal(node);
    else if (wire !== null) viewport()?.reveal(...endsOf(wire));
  }, [isShown, node, wire]);
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
        <Suspense>
          <Inspector />
        </Suspense>
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
  const past = useGantry((state) => state.past);
  const environment = useGantry((state) => environmentOf(state.settings));
  if (!isOpen) return <NoFlow />;
  return (
    <div className={styles.screen}>
      <TopBar />
      <PastBanner />
      <div className={styles.middle}>
        {!full && !past && <PaletteSide />}
        {full && <PlanList />}
        {!full && (
          <main className={styles.canvas} data-environment={environment}>
            <Canvas />
            {environment === "production" && (
              <p className={styles.production}>
                <ShieldAlert size={14} aria-hidden />
                {t("environment.frame")}
              </p>
            )}
            <PlanList />
          </main>
        )}
        <InspectorSide />
      </div>
      <RunBar />
    </div>
  );
}
