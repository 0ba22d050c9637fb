import { MiniMap, Panel, useStore } from "@xyflow/react";
import { Map as MapIcon, Maximize, Network, ZoomIn, ZoomOut } from "lucide-react";
import { action, keysOf } from "../actions/all";
import { setPanel } from "../actions/panels";
import { IconButton } from "../kit/Button";
import type { CanvasNode } from "../model/canvas";
import { store, useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./CanvasControls.module.css";

function run(id: string): void {
  action(id).run(store.getState());
}

function colourOf(node: CanvasNode): string {
  const family = node.data.info?.family;
  if (node.type === "scope") return "transparent";
  return family ? `var(--family-${family})` : "var(--warning)";
}

function Zoom() {
  const zoom = useStore((state) => Math.round(state.transform[2] * 100));
  return (
    <button
      type="button"
      className={styles.zoom}
      onClick={() => run("zoom-reset")}
      title={t("action.zoomReset")}
    >
      {zoom} %
    </button>
  );
}

const MIN_ROOM = { width: 640, height: 400 };

/** The overview helps where there is more than is seen, and room to spare. */
function useHasMore(): boolean {
  return useStore(({ nodeLookup, transform: [x, y, zoom], width, height }) => {
    if (width < MIN_ROOM.width || height < MIN_ROOM.height) return false;
    for (const { internals, measured } of nodeLookup.values()) {
      const left = internals.positionAbsolute.x * zoom + x;
      const top = internals.positionAbsolute.y * zoom + y;
      if (left < 0 || top < 0) return true;
      if (left + (measured.width ?? 0) * zoom > width) return true;
      if (top + (measured.height ?? 0) * zoom > height) return true;
    }
    return false;
  });
}

/** The overview, and the buttons that change what is seen. */
export function CanvasControls() {
  const { open } = useGantry((state) => state.panels.minimap);
  const hasMore = useHasMore();
  return (
    <>
      {open && hasMore && (
        <MiniMap<CanvasNode>
          position="bottom-left"
          className={styles.map}
          style={{ width: 168, height: 104 }}
          ariaLabel={t("canvas.minimap")}
          nodeColor={colourOf}
          nodeStrokeColor={(node) => (node.selected ? "var(--accent)" : "var(--border-strong)")}
          nodeStrokeWidth={6}
          nodeBorderRadius={16}
          maskColor="var(--map-mask)"
          pannable
          zoomable
        />
      )}
      <Panel position="bottom-left" className={styles.controls}>
        <IconButton
          size="small"
          placement="top"
          icon={ZoomOut}
          label={t("canvas.zoomOut")}
          keys={keysOf("zoom-out")}
          onPress={() => run("zoom-out")}
        />
        <Zoom />
        <IconButton
          size="small"
          placement="top"
          icon={ZoomIn}
          label={t("canvas.zoomIn")}
          keys={keysOf("zoom-in")}
          onPress={() => run("zoom-in")}
        />
        <IconButton
          size="small"
          placement="top"
          icon={Maximize}
          label={t("canvas.fit")}
          keys={keysOf("fit")}
          onPress={() => run("fit")}
        />
        <IconButton
          size="small"
          placement="top"
          icon={Network}
          label={t("canvas.tidy")}
          keys={keysOf("tidy")}
          onPress={() => run("tidy")}
        />
        {hasMore && (
          <IconButton
            size="small"
            placement="top"
            icon={MapIcon}
            label={t(open ? "canvas.hideMinimap" : "canvas.showMinimap")}
            pressed={open}
            onPress={() => setPanel("minimap", { open: !open })}
          />
        )}
      </Panel>
    </>
  );
}
