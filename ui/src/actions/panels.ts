import { DEFAULT_PANELS, type Panels, type Theme } from "../model/panels";
import { store } from "../model/store";

const PANELS_KEY = "gantry-panels";
const THEME_KEY = "gantry-theme";

function isTheme(text: string | null): text is Theme {
  return text === "light" || text === "dark" || text === "system";
}

/** Reads how the panels stood and which theme was chosen when the window was last open. */
export function loadPanels(): void {
  const theme = localStorage.getItem(THEME_KEY);
  if (isTheme(theme)) setTheme(theme);
  const text = localStorage.getItem(PANELS_KEY);
  if (text === null) return;
  try {
    const kept: Partial<Panels> = JSON.parse(text);
    store.setState({ panels: { ...DEFAULT_PANELS, ...kept } });
  } catch {
    localStorage.removeItem(PANELS_KEY);
  }
}

/** Keeps the panels' sizes from now on. */
export function watchPanels(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  store.subscribe((state, before) => {
    if (state.panels === before.panels) return;
    clearTimeout(timer);
    timer = setTimeout(() => localStorage.setItem(PANELS_KEY, JSON.stringify(state.panels)), 300);
  });
}

/** Changes one of the panels. */
export function setPanel<K extends keyof Panels>(name: K, change: Partial<Panels[K]>): void {
  store.setState(({ panels }) => ({
    panels: { ...panels, [name]: { ...panels[name], ...change } },
  }));
}

/** Chooses light, dark, or what the system says. */
export function setTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  localStorage.setItem(THEME_KEY, theme);
  store.setState({ theme });
}
