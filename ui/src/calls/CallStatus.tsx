import { Badge } from "../kit/Badge";
import { t } from "../words/t";
import type { CallHead } from "./CallBrowser";

/** The status of an answer, or that there was none. */
export function CallStatus({ call: { status, from } }: { call: CallHead }) {
  if (status === undefined) {
    // What a dry run held back has no answer, and lacks none.
    if (from === "dry_run") return <Badge>–</Badge>;
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
