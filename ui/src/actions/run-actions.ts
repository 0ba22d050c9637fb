import { CirclePause, CirclePlay, CircleStop, ListChecks, Play, StepForward } from "lucide-react";
import { MODES, withMode } from "../model/conduct";
import { onlyNode } from "../model/selection";
import { isUnderWay, type State } from "../model/store";
import type { Action } from "./action";
import { setConduct } from "./conduct";
import { MODE_ICONS } from "./mode-icons";
import { pauseRun } from "./pause-run";
import { resumeRun } from "./resume-run";
import { startRun } from "./runs";
import { showWrites } from "./show-writes";
import { stopRun } from "./stop-run";
import { unpauseRun } from "./unpause-run";

const showsFlow = ({ screen }: State) => screen === "canvas" || screen === "mapper";

/** Running and stopping. */
export const runActions: Action[] = [
  {
    id: "run",
    label: "action.run",
    group: "run",
    icon: Play,
    keys: ["Ctrl+Enter"],
    reach: "always",
    enabled: (state) => state.open !== null && showsFlow(state) && !isUnderWay(state),
    run: () => void startRun(),
  },
  {
    id: "run-node",
    label: "action.runNode",
    group: "run",
    icon: StepForward,
    keys: ["Ctrl+Shift+Enter"],
    reach: "always",
    enabled: (state) =>
      state.open !== null &&
      !state.past &&
      onlyNode(state.selection) !== null &&
      !isUnderWay(state),
    run: (state) => {
      const node = onlyNode(state.selection);
      if (node !== null) void startRun(node);
    },
  },
  {
    id: "stop",
    label: "action.stop",
    group: "run",
    icon: CircleStop,
    keys: ["Ctrl+."],
    reach: "always",
    enabled: isUnderWay,
    run: () => void stopRun(),
  },
  {
    id: "pause",
    label: "action.pause",
    group: "run",
    icon: CirclePause,
    keys: ["Alt+P"],
    reach: "always",
    enabled: ({ run }) => run?.run.status === "running",
    run: () => void pauseRun(),
  },
  {
    id: "unpause",
    label: "action.unpause",
    group: "run",
    icon: CirclePlay,
    keys: ["Alt+G"],
    reach: "always",
    enabled: ({ run }) => run?.run.status === "paused",
    run: () => void unpauseRun(),
  },
  {
    id: "resume",
    label: "action.resume",
    group: "run",
    icon: CirclePlay,
    keys: ["Alt+R"],
    reach: "always",
    enabled: ({ run }) => run?.run.status === "interrupted",
    run: ({ run }) => void (run && resumeRun(run.run.id)),
  },
  {
    id: "show-writes",
    label: "action.showWrites",
    group: "run",
    icon: ListChecks,
    keys: ["Alt+W"],
    reach: "always",
    enabled: ({ run }) => run !== null,
    run: ({ run }) => void (run && showWrites(run.run.id, run.run.flow_name)),
  },
  ...MODES.map(
    (mode): Action => ({
      id: `mode-${mode}`,
      label: `action.mode.${mode}`,
      group: "run",
      icon: MODE_ICONS[mode],
      reach: "screen",
      enabled: (state) => state.open !== null && state.conduct.mode !== mode,
      run: () => setConduct((conduct) => withMode(conduct, mode)),
    }),
  ),
];
