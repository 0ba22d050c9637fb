/** The menus of the mapper, as the host has them: functions, types, policies. */
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { host, report } from "../actions/context";
import type { MapperMenu } from "../bindings/MapperMenu";
import type { MenuEntry } from "../bindings/MenuEntry";

const NOTHING: MapperMenu = { functions: [], types: [], policies: [], tables: [] };

const menus = createStore<{ menu: MapperMenu }>(() => ({ menu: NOTHING }));

/** Reads the menus; again at each opening, because there may be other tables by then. */
export async function loadMenus(): Promise<void> {
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
