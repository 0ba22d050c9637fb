import { SkipForward, Sparkles, Waypoints } from "lucide-react";
import { TARGET_KEYS } from "../mapper/model/keys";
import { closeMapper, mappable, openMapper } from "../mapper/open";
import { mapper, setEditing, showNextFailing } from "../mapper/store";
import { suggest } from "../mapper/suggestions";
import type { State } from "../model/store";
import { t } from "../words/t";
import type { Action } from "./action";
import { toast } from "./context";

const inMapper = (state: State) => state.screen === "mapper";

type OnRow = "functions" | "type" | "policy" | "code";

/** Something of the field that the keys are about; the tree of fields listens to its key. */
function onRow(what: OnRow, label: Action["label"], key: string): Action {
  return {
    id: `mapper-${what}`,
    label,
    group: "mapper",
    keys: [key],
    keysElsewhere: true,
    reach: "mapper",
    enabled: (state) => inMapper(state) && mapper.getState().target !== null,
    run: () => {
      const { target } = mapper.getState();
      if (target !== null) setEditing({ what, row: target });
    },
  };
}

/** Mapping fields. */
export const mapperActions: Action[] = [
  {
    id: "open-mapper",
    label: "action.openMapper",
    group: "mapper",
    icon: Waypoints,
    keys: ["M"],
    reach: "canvas",
    enabled: (state) => state.screen === "canvas" && mappable(state) !== null,
    run: (state) => {
      const node = mappable(state);
      if (node !== null) openMapper(node);
    },
  },
  {
    id: "suggest",
    label: "action.suggest",
    group: "mapper",
    icon: Sparkles,
    keys: ["Alt+S"],
    reach: "mapper",
    enabled: inMapper,
    run: () => void suggest(),
  },
  {
    id: "next-failing",
    label: "action.nextFailing",
    group: "mapper",
    icon: SkipForward,
    keys: ["F8"],
    reach: "mapper",
    enabled: inMapper,
    run: () => {
      if (!showNextFailing()) toast("ok", t("mapper.noneFailing"));
    },
  },
  onRow("functions", "mapper.menu.functions", TARGET_KEYS.functions),
  onRow("type", "mapper.menu.type", TARGET_KEYS.type),
  onRow("policy", "mapper.menu.policy", TARGET_KEYS.policy),
  onRow("code", "mapper.menu.code", TARGET_KEYS.expression),
  {
    id: "close-mapper",
    label: "action.closeMapper",
    group: "mapper",
    keys: ["Escape"],
    reach: "mapper",
    enabled: inMapper,
    run: closeMapper,
  },
];
