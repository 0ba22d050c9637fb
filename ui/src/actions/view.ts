import { absolutePlace } from "../model/canvas";
import { findWire, parsePort } from "../model/flow";
import { CARD_WIDTH } from "../model/geometry";
import { store } from "../model/store";
import { complete } from "../model/tidy";
import { setPanel } from "./panels";
import { viewport } from "./viewport";
import { worldOf } from "./world";

/** Shows the palette with the focus in its search. */
export function focusPalette(): void {
  setPanel("palette", { open: true });
  store.setState({ inspector: { ...store.getState().inspector, full: false } });
  requestAnimationFrame(() => {
    const search = document.querySelector<HTMLInputElement>("[data-palette] input");
    search?.focus();
    search?.select();
  });
}

/** Opens quick-add for a node that goes into a wire, at the middle of the wire. */
export function spliceInto(wire: string): void {
  const state = store.getState();
  const world = worldOf(state);
  const found = world && findWire(world.flow, wire);
  if (!world || !found || !state.open) return;
  const layout = complete(world, state.open.layout);
  const from = absolutePlace(world.flow, layout, parsePort(found.wire.from).node);
  const to = absolutePlace(world.flow, layout, parsePort(found.wire.to).node);
  const middle = { x: (from.x + CARD_WIDTH + to.x) / 2, y: (from.y + to.y) / 2 + 28 };
  const origin =
    found.scope === null ? { x: 0, y: 0 } : absolutePlace(world.flow, layout, found.scope);
  const quickAdd = {
    screen: viewport()?.toScreen(middle) ?? { x: 0, y: 0 },
    at: { x: middle.x - CARD_WIDTH / 2 - origin.x, y: middle.y - 28 - origin.y },
    splice: wire,
    ...(found.scope === null ? {} : { scope: found.scope }),
  };
  store.setState({ overlay: { type: "quick_add", quickAdd } });
}
