import { Badge } from "../kit/Badge";
import { t } from "../words/t";
import type { CallHead } from "./CallBrowser";

/** The status of an answer, or that there was none. */
export function CallStatus({ call: { status, from } }: { call: CallHead }) {
  // What a dry run held back got an answer of its own making only.
  if (from === "dry_run") return <Badge>–</Badge>;
  if (status === undefined) {
    return <Badge tone="error">{t("calls.noAnswer")}</Badge>;
  }
  return (
    <Badge
      tone={status < 300 ? "ok" : status < 400 ? "neutral" : status < 500 ? "warning" : "error"}
    >
      {status}
    </Badge>
  );
}
