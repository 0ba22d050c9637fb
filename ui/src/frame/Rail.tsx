import {
  ArrowLeftRight,
  Cable,
  CassetteTape,
  CircleParking,
  History,
  Inbox,
  LayoutGrid,
  type LucideIcon,
  Moon,
  Settings,
  Sun,
  SunMoon,
  Table2,
  Workflow,
} from "lucide-react";
import { showScreen } from "../actions/flows";
import { setTheme } from "../actions/panels";
import { IconButton } from "../kit/Button";
import { questionCount } from "../model/inbox";
import type { Theme } from "../model/panels";
import { openCount } from "../model/parked";
import { type Screen, useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./Rail.module.css";

const SCREENS: { screen: Exclude<Screen, "mapper">; icon: LucideIcon; keys: string }[] = [
  { screen: "flows", icon: LayoutGrid, keys: "Alt+1" },
  { screen: "canvas", icon: Workflow, keys: "Alt+2" },
  { screen: "connections", icon: Cable, keys: "Alt+3" },
  { screen: "runs", icon: History, keys: "Alt+4" },
  { screen: "parked", icon: CircleParking, keys: "Alt+9" },
  { screen: "inbox", icon: Inbox, keys: "Alt+0" },
  { screen: "tables", icon: Table2, keys: "Alt+5" },
  { screen: "cassettes", icon: CassetteTape, keys: "Alt+6" },
  { screen: "network", icon: ArrowLeftRight, keys: "Alt+7" },
  { screen: "settings", icon: Settings, keys: "Alt+8" },
];

const NEXT_THEME: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const THEME_ICON: Record<Theme, LucideIcon> = { system: SunMoon, light: Sun, dark: Moon };

type Counts = Partial<Record<Screen, number>>;

function labelOf(screen: (typeof SCREENS)[number]["screen"], counts: Counts): string {
  const n = counts[screen] ?? 0;
  if (n > 0 && screen === "parked") return t("rail.parkedCount", { n });
  if (n > 0 && screen === "inbox") return t("rail.inboxCount", { n });
  return t(`rail.${screen}`);
}

/** The bar on the left: the screens, and the theme at the bottom. */
export function Rail() {
  const screen = useGantry((state) => state.screen);
  const theme = useGantry((state) => state.theme);
  const parked = useGantry((state) => openCount(state.parked.open));
  const inbox = useGantry((state) => questionCount(state.inbox));
  const counts: Counts = { parked, inbox };
  return (
    <nav className={styles.rail} aria-label={t("rail.label")}>
      <svg className={styles.mark} viewBox="0 0 32 32" fill="none" aria-hidden="true">
        <rect width="32" height="32" rx="7" fill="var(--accent)" />
        <g stroke="var(--on-accent)" strokeWidth="2.4" strokeLinecap="round">
          <path d="M6 10h20M9 10v14M23 10v14M16 10v6" />
        </g>
        <rect x="12.5" y="16" width="7" height="6" rx="1.5" fill="var(--on-accent)" />
      </svg>
      {SCREENS.map((each) => (
        <IconButton
          key={each.screen}
          size="large"
          placement="right"
          label={labelOf(each.screen, counts)}
          count={counts[each.screen] ?? 0}
          keys={each.keys}
          icon={each.icon}
          pressed={(screen === "mapper" ? "canvas" : screen) === each.screen}
          onPress={() => showScreen(each.screen)}
        />
      ))}
      <span className={styles.gap} />
      <IconButton
        size="large"
        placement="right"
        label={`${t("rail.theme")}: ${t(`theme.${theme}`)}`}
        icon={THEME_ICON[theme]}
        onPress={() => setTheme(NEXT_THEME[theme])}
      />
    </nav>
  );
}
