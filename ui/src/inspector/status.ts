/** How a node or a run stands: its icon, its colour, its word. Always all three. */
import {
  Ban,
  Circle,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleSlash,
  CircleX,
  Hourglass,
  LoaderCircle,
  type LucideIcon,
  Unplug,
} from "lucide-react";
import type { RunStatus } from "../bindings/RunStatus";
import type { Tone } from "../kit/Badge";
import type { NodeRunState } from "../model/run";
import { t } from "../words/t";

export type Standing = { icon: LucideIcon; tone: Tone; word: string; isMoving: boolean };

/** How a node stands in a run. */
export function nodeStanding(status: NodeRunState["status"], rejected: number): Standing {
  switch (status) {
    case "running":
      return { icon: LoaderCircle, tone: "accent", word: t("badge.running"), isMoving: true };
    case "ok":
      return { icon: CircleCheck, tone: "ok", word: t("badge.ok"), isMoving: false };
    case "rejects":
      return {
        icon: CircleAlert,
        tone: "warning",
        word: t("badge.rejects", { n: rejected }),
        isMoving: false,
      };
    case "failed":
      return { icon: CircleX, tone: "error", word: t("badge.failed"), isMoving: false };
    case "cancelled":
      return { icon: Ban, tone: "neutral", word: t("badge.cancelled"), isMoving: false };
    case "skipped":
      return { icon: CircleSlash, tone: "neutral", word: t("badge.skipped"), isMoving: false };
    case "idle":
      return { icon: CircleDashed, tone: "neutral", word: t("status.idle"), isMoving: false };
    default:
      return status satisfies never;
  }
}

/** How a run stands. */
export function runStanding(status: RunStatus): Standing {
  switch (status) {
    case "running":
      return { icon: LoaderCircle, tone: "accent", word: t("runBar.running"), isMoving: true };
    case "ok":
      return { icon: CircleCheck, tone: "ok", word: t("runBar.ok"), isMoving: false };
    case "ok_with_rejects":
      return {
        icon: CircleAlert,
        tone: "warning",
        word: t("runBar.ok_with_rejects"),
        isMoving: false,
      };
    case "failed":
      return { icon: CircleX, tone: "error", word: t("runBar.failed"), isMoving: false };
    case "cancelled":
      return { icon: Ban, tone: "neutral", word: t("runBar.cancelled"), isMoving: false };
    case "queued":
      return { icon: Hourglass, tone: "neutral", word: t("runBar.queued"), isMoving: false };
    case "paused":
      return { icon: CirclePause, tone: "accent", word: t("runBar.paused"), isMoving: false };
    case "interrupted":
      return { icon: Unplug, tone: "warning", word: t("runBar.interrupted"), isMoving: false };
    default:
      return status satisfies never;
  }
}

/** The standing of something that never ran. */
export function neverRun(): Standing {
  return { icon: Circle, tone: "neutral", word: t("status.never"), isMoving: false };
}
