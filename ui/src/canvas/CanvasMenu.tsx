import { useRef } from "react";
import { action } from "../actions/all";
import { entryOf } from "../frame/entries";
import { ContextMenu } from "../kit/Menu";
import { type Overlay, store, useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./CanvasMenu.module.css";

type On = Extract<Overlay, { type: "menu" }>["on"];

const MENUS: Record<On, string[]> = {
  node: [
    "open-node",
    "run-to",
    "run-from",
    "run-node",
    "-",
    "rename",
    "disable",
    "fold",
    "connect",
    "-",
    "copy",
    "cut",
    "duplicate",
    "tidy",
    "-",
    "heal",
    "delete",
  ],
  wire: ["show-items", "splice", "-", "delete"],
  canvas: ["add-node", "paste", "-", "select-all", "tidy", "fit", "-", "run"],
};

/** What the right button offers for nodes, wires and the canvas itself. */
export function CanvasMenu() {
  const overlay = useGantry((state) => state.overlay);
  const anchor = useRef<HTMLSpanElement>(null);
  if (overlay?.type !== "menu") return null;
  const ids = MENUS[overlay.on].filter(
    (id) => id !== "fold" || action("fold").enabled(store.getState()),
  );
  return (
    <>
      <span ref={anchor} className={styles.anchor} style={{ left: overlay.x, top: overlay.y }} />
      <ContextMenu
        key={`${overlay.x} ${overlay.y}`}
        label={t(`group.${overlay.on === "canvas" ? "canvas" : "edit"}`)}
        anchor={anchor}
        entries={ids.map(entryOf)}
        onClose={() => {
          if (store.getState().overlay?.type === "menu") store.setState({ overlay: null });
        }}
      />
    </>
  );
}
