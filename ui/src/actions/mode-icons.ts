import { CassetteTape, CircleDot, Drama, type LucideIcon, Radio, ShieldOff } from "lucide-react";
import type { Mode } from "../model/conduct";

/** The sign of each way to run. */
export const MODE_ICONS: Record<Mode, LucideIcon> = {
  live: Radio,
  record: CircleDot,
  replay: CassetteTape,
  mock: Drama,
  dry_run: ShieldOff,
};
