import {
  ArrowRightFromLine,
  ArrowRightToLine,
  CirclePause,
  CirclePlay,
  CircleStop,
  ListChecks,
  ListPlus,
  Play,
  RotateCw,
  StepForward,
} from "lucide-react";
import { MODES, withMode } from "../model/conduct";
import type { Part } from "../model/partial";
import { isOver } from "../model/run";
import { onlyNode } from "../model/selection";
import { isUnderWay, type State } from "../model/store";
import type { Action } from "./action";
import { setConduct } from "./conduct";
import { MODE_ICONS } from "./mode-icons";
import { planSelected } from "./partial";
import { pauseRun } from "./pause-run";
import { resumeRun } from "./resume-run";
import { askToRetry } from "./retry";
import { askForInput } from "./run-with";
import { startRun } from "./runs";
import { showWrites } from "./show-writes";
import { stopRun } from "./stop-run";
import { unpauseRun } from "./unpause-run";

const showsFlow = ({ screen }: State) => screen === "canvas" || screen === "mapper";

function part(
  kind: Part["kind"],
  label: Action["label"],
  icon: Action["icon"],
  key: string,
): Action {
  return {
    id: `run-${kind}`,
    label,
    group: "run",
    ...(icon ? { icon } : {}),
    keys: [key],
    reach: "always",
    enabled: (state) =>
      showsFlow(state) &&
      state.open !== null &&
      !state.past &&
      onlyNode(state.selection) !== null &&
      !isUnderWay(state),
    run: () => planSelected(kind),
  };
}

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
    id: "run-with",
    label: "action.runWith",
    group: "run",
    icon: ListPlus,
    keys: ["Alt+Shift+Enter"],
    reach: "always",
    enabled: (state) =>
      state.open !== null && !state.past && showsFlow(state) && !isUnderWay(state),
    run: () => void askForInput(),
  },
  part("to", "action.runTo", ArrowRightToLine, "Ctrl+Shift+Enter"),
  part("from", "action.runFrom", ArrowRightFromLine, "Ctrl+Alt+Enter"),
  part("node", "action.runNode", StepForward, "Alt+Enter"),
  {
    id: "retry-run",
    label: "action.retryRun",
    group: "run",
    icon: RotateCw,
    keys: ["Ctrl+Alt+R"],
    reach: "always",
    enabled: (state) => showsFlow(state) && state.run !== null && isOver(state.run.run.status),
    run: ({ run }) => run && askToRetry(run.run),
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
