import { CassetteTape, CircleDot, Drama, type LucideIcon, Radio, ShieldOff } from "lucide-react";
import type { RunMode } from "../bindings/RunMode";

/** The sign of each way to run. */
export const MODE_ICONS: Record<RunMode, LucideIcon> = {
  live: Radio,
  record: CircleDot,
  replay: CassetteTape,
  mock: Drama,
  dry_run: ShieldOff,
};
