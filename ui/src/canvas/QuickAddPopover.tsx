import { Search } from "lucide-react";
import { useMemo, useState } from "react";
import { addQuickly } from "../actions/nodes";
import { viewport } from "../actions/viewport";
import { worldOf } from "../actions/world";
import type { NodeInfo } from "../bindings/NodeInfo";
import { TextInput } from "../kit/TextInput";
import { canSplice } from "../model/build";
import { findWire } from "../model/flow";
import { homeFirst, scopesAround } from "../model/homes";
import { fittingPort, portsOf, type World } from "../model/ports";
import { searchTypes } from "../model/search";
import { type QuickAdd, type State, store, useGantry } from "../model/store";
import { TypeRow } from "../palette/TypeRow";
import { useListKeys } from "../palette/useListKeys";
import { t } from "../words/t";
import styles from "./QuickAddPopover.module.css";

const WIDTH = 280;
const HEIGHT = 320;

/** The node types that fit where quick-add was opened, those that belong there first. */
function fitting(state: State, quickAdd: QuickAdd): NodeInfo[] {
  const world = worldOf(state);
  if (!world) return [];
  const around = scopesAround(world.flow, quickAdd.scope ?? null);
  const { home, others } = homeFirst(fittingPorts(state, world, quickAdd), around);
  return [...home, ...others];
}

function fittingPorts(state: State, world: World, { join, splice }: QuickAdd): NodeInfo[] {
  const wire = splice === undefined ? null : findWire(world.flow, splice)?.wire;
  if (wire) return state.catalogue.filter((info) => canSplice(world, info, wire));
  if (!join) return state.catalogue;
  const ports = portsOf(world, join.node, join.side === "input" ? "outputs" : "inputs");
  const carries = ports.find((port) => port.name === join.port)?.carries ?? "items";
  return state.catalogue.filter((info) => fittingPort(info, join.side, carries));
}

function close(): void {
  store.setState({ overlay: null });
  viewport()?.focus();
}

function Picker({ quickAdd }: { quickAdd: QuickAdd }) {
  const [query, setQuery] = useState("");
  const types = useMemo(() => fitting(store.getState(), quickAdd), [quickAdd]);
  const found = searchTypes(types, query);
  const take = (index: number) => {
    const info = found[index];
    if (info) addQuickly(info.type, quickAdd);
  };
  const { active, setActive, onKeyDown } = useListKeys(found.length, take, close);
  const left = Math.min(quickAdd.screen.x + 8, window.innerWidth - WIDTH - 8);
  const top = Math.min(quickAdd.screen.y - 20, window.innerHeight - HEIGHT - 8);
  return (
    <>
      <div className={styles.backdrop} onPointerDown={close} />
      <div
        className={styles.popover}
        role="dialog"
        aria-label={t("quickAdd.label")}
        style={{ left, top, width: WIDTH, maxHeight: HEIGHT }}
      >
        <TextInput
          label={t("quickAdd.search")}
          labelHidden
          icon={Search}
          placeholder={t("quickAdd.search")}
          value={query}
          autoFocus
          onChange={(text) => {
            setQuery(text);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
        />
        <div className={styles.list} role="listbox" aria-label={t("palette.label")} tabIndex={-1}>
          {found.map((info, index) => (
            <TypeRow
              key={info.type}
              id={`quick-${info.type}`}
              info={info}
              active={index === active}
              onActivate={() => take(index)}
              onHover={() => setActive(index)}
            />
          ))}
          {found.length === 0 && <p className={styles.none}>{t("quickAdd.none")}</p>}
        </div>
      </div>
    </>
  );
}

/** The list that opens where a wire was let go, with the node types that fit there. */
export function QuickAddPopover() {
  const overlay = useGantry((state) => state.overlay);
  return overlay?.type === "quick_add" ? <Picker quickAdd={overlay.quickAdd} /> : null;
}
