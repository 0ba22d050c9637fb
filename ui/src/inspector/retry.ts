/** What a retry setting means, in one sentence. Pure. */
import type { Retry } from "../bindings/Retry";
import { formatDuration } from "../words/format";
import { t } from "../words/t";

/** No pause gets longer, whatever the setting says. */
export const LONGEST_PAUSE_MS = 3_600_000;

/** The longest that all pauses of a setting can take together, in milliseconds. */
export function longestWait(retry: Retry): number {
  const longest = Math.min(retry.max_ms, LONGEST_PAUSE_MS);
  const factor = Math.max(1, retry.factor ?? 2);
  const pauses = retry.tries - 1;
  let sum = 0;
  let pause = retry.base_ms;
  for (let n = 0; n < pauses; n += 1) {
    // Once the longest is reached, or pauses stay alike, the rest is a product.
    if (pause >= longest || factor === 1 || n >= 1000) {
      sum += (pauses - n) * Math.min(longest, pause);
      break;
    }
    sum += pause;
    pause *= factor;
  }
  return Math.min(sum, retry.max_total_ms ?? Number.POSITIVE_INFINITY);
}

/** A try takes no longer than this where nothing else is set, in milliseconds. */
export const USUAL_TIMEOUT_MS = 30_000;

/** The longest that all tries of one item can take with their pauses, in milliseconds. */
export function longestTotal(retry: Retry, timeoutMs: number): number {
  const whole = retry.tries * timeoutMs + longestWait({ ...retry, max_total_ms: undefined });
  // The last try may begin just within the limit, and take its own time.
  return Math.min(whole, (retry.max_total_ms ?? Number.POSITIVE_INFINITY) + timeoutMs);
}

const PAUSES_SHOWN = 5;

/** The longest pauses between the tries, the first few of them. */
export function longestPauses(retry: Retry): { pauses: number[]; hasMore: boolean } {
  const longest = Math.min(retry.max_ms, LONGEST_PAUSE_MS);
  const factor = Math.max(1, retry.factor ?? 2);
  const count = Math.min(PAUSES_SHOWN, retry.tries - 1);
  const pauses = Array.from({ length: count }, (_, n) =>
    Math.min(longest, retry.base_ms * factor ** n),
  );
  return { pauses, hasMore: retry.tries - 1 > PAUSES_SHOWN };
}

/** What happens after a failed try. */
export function retrySentence(
  retry: Partial<Retry> | undefined,
  timeoutMs = USUAL_TIMEOUT_MS,
): string {
  const tries = retry?.tries ?? 1;
  if (tries <= 1) return t("policy.noRetry");
  const whole = { base_ms: 200, max_ms: 60_000, ...retry, tries };
  const { pauses, hasMore } = longestPauses(whole);
  const listed = [...pauses.map(formatDuration), ...(hasMore ? [t("policy.more")] : [])];
  const sentence = [
    t("policy.retrySentence", { tries, wait: formatDuration(longestWait(whole)) }),
    t("policy.pauses", { pauses: listed.join(", ") }),
    t("policy.budget", { total: formatDuration(longestTotal(whole, timeoutMs)) }),
  ].join(" ");
  const on = retry?.on;
  if (!on) return sentence;
  const errors = [
    ...(on.statuses ?? []).map(String),
    ...(on.classes ?? []).map((each) => t(`errorClass.${each}`)),
  ];
  return `${sentence} ${t("policy.retryOn", { errors: errors.join(", ") })}`;
}
