import { CassetteTape, CloudLightning, Drama, ShieldOff } from "lucide-react";
import type { AnswerFrom } from "../bindings/AnswerFrom";
import { Badge } from "../kit/Badge";
import { t } from "../words/t";

/** The sign of each place that answers can come from besides the system. */
export const FROM_ICONS = {
  cassette: CassetteTape,
  mock: Drama,
  dry_run: ShieldOff,
  fault: CloudLightning,
} as const satisfies Record<Exclude<AnswerFrom, "system">, unknown>;

/** Says where an answer came from, where that was not the system. */
export function FromBadge({ from }: { from: AnswerFrom | undefined }) {
  if (from === undefined || from === "system") return null;
  return (
    <Badge
      tone={from === "fault" ? "warning" : "accent"}
      icon={FROM_ICONS[from]}
      title={t(`badge.from.${from}`)}
    >
      {t(`from.${from}`)}
    </Badge>
  );
}
