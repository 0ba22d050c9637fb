/** What a bar of the waterfall is, in words, and where it leads. */
import { goToCall } from "../actions/go-to-call";
import { goToNode } from "../actions/select";
import type { Bar } from "../bindings/Bar";
import type { Lane } from "../bindings/Lane";
import { formatDuration, formatFineDuration } from "../words/format";
import { t } from "../words/t";

/** What a bar is, for which item, at which try. */
export function barName({ kind, attempt }: Bar): string {
  const parts = [t(`bar.${kind}`), attempt !== undefined && t("timeline.try", { n: attempt })];
  return parts.filter(Boolean).join(", ");
}

/** All that is known of a bar, in one line. */
export function barFacts(bar: Bar, lane: Lane, began: number): string {
  const { item, status, failed, text } = bar;
  return [
    lane.name,
    barName(bar),
    item,
    text,
    status,
    failed ? t("timeline.barFailed") : "",
    formatFineDuration(bar.took_ms),
    t("timeline.at", { time: formatDuration(Math.max(0, bar.began - began)) }),
  ]
    .filter((each) => each !== "" && each !== undefined)
    .join(" · ");
}

/** All that is known of a lane, in one line. */
export function laneFacts(lane: Lane, began: number): string {
  return [
    lane.name,
    formatDuration(lane.ended - lane.began),
    t("timeline.at", { time: formatDuration(Math.max(0, lane.began - began)) }),
    lane.critical ? t("timeline.critical") : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

/** Goes to what a bar stands for: the call with its request and answer, or the node. */
export function goToBar({ node }: Lane, { kind, item, attempt }: Bar): void {
  if (kind === "call") goToCall(node, item, attempt ?? 1);
  else goToNode(node);
}
