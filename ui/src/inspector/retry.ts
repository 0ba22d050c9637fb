/** What a retry setting means, in one sentence. Pure. */
import type { Retry } from "../bindings/Retry";
import { formatDuration } from "../words/format";
import { t } from "../words/t";

/** The longest that all pauses of a setting can take together, in milliseconds. */
export function longestWait(retry: Retry): number {
  let sum = 0;
  for (let pause = 0; pause < retry.tries - 1; pause += 1) {
    // After 40 doublings every base is beyond every maximum, and the rest is a product.
    if (pause >= 40) return sum + (retry.tries - 1 - pause) * retry.max_ms;
    sum += Math.min(retry.max_ms, retry.base_ms * 2 ** pause);
  }
  return sum;
}

/** What happens after a failed try. */
export function retrySentence(retry: Partial<Retry> | undefined): string {
  const tries = retry?.tries ?? 1;
  if (tries <= 1) return t("policy.noRetry");
  const whole = { tries, base_ms: retry?.base_ms ?? 200, max_ms: retry?.max_ms ?? 60_000 };
  return t("policy.retrySentence", { tries, wait: formatDuration(longestWait(whole)) });
}
