/** The menus of the mapper, as the host has them: functions, types, policies. Read once. */
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { host, report } from "../actions/context";
import type { MapperMenu } from "../bindings/MapperMenu";
import type { MenuEntry } from "../bindings/MenuEntry";

const NOTHING: MapperMenu = { functions: [], types: [], policies: [] };

const menus = createStore<{ menu: MapperMenu }>(() => ({ menu: NOTHING }));

/** Reads the menus, unless they are here already. */
export async function loadMenus(): Promise<void> {
  if (menus.getState().menu.functions.length > 0) return;
  try {
    menus.setState({ menu: await host().call("mapper.menu", {}) });
  } catch (thrown) {
    report(thrown);
  }
}

/** The menus, as far as they are here. */
export function useMenus(): MapperMenu {
  return useStore(menus, (state) => state.menu);
}

/** The function of that name. */
export function functionNamed(name: string): MenuEntry | undefined {
  return menus.getState().menu.functions.find((entry) => entry.name === name);
}
