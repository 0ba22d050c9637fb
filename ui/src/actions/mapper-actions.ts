import { SkipForward, Sparkles, Waypoints } from "lucide-react";
import { closeMapper, mappable, openMapper } from "../mapper/open";
import { showNextFailing } from "../mapper/store";
import { suggest } from "../mapper/suggestions";
import type { State } from "../model/store";
import { t } from "../words/t";
import type { Action } from "./action";
import { toast } from "./context";

const inMapper = (state: State) => state.screen === "mapper";

/** Mapping fields. What concerns one row has its keys in the mapper. */
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
