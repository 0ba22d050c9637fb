import {
  CircleParking,
  CornerDownRight,
  type LucideIcon,
  OctagonX,
  Replace,
  SkipForward,
} from "lucide-react";

/** What becomes of an item that failed, as a sign: on cards and in the inspector alike. */
export const POLICY_ICONS = {
  stop: OctagonX,
  skip: SkipForward,
  substitute: Replace,
  port: CornerDownRight,
  park: CircleParking,
} as const satisfies Record<string, LucideIcon>;
