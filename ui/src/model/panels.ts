/** Light, dark, or as the system says. */
export type Theme = "system" | "light" | "dark";

/** The tabs of the run bar. */
export type RunTab = "overview" | "timeline" | "problems" | "calls" | "would_send";

/** How wide and open the panels stand; kept from one start to the next. */
export type Panels = {
  palette: { open: boolean; width: number };
  inspector: { open: boolean; width: number };
  runBar: { open: boolean; height: number; tab: RunTab };
  minimap: { open: boolean };
  /** The node types last put in, newest first. */
  recent: string[];
};

/** How the panels stand at the first start. */
export const DEFAULT_PANELS: Panels = {
  palette: { open: true, width: 240 },
  inspector: { open: true, width: 420 },
  runBar: { open: false, height: 260, tab: "overview" },
  minimap: { open: true },
  recent: [],
};

const MAX_RECENT = 5;

/** Puts a node type in front of those last used. */
export function withRecent(panels: Panels, type: string): Panels {
  const others = panels.recent.filter((each) => each !== type);
  return { ...panels, recent: [type, ...others].slice(0, MAX_RECENT) };
}
