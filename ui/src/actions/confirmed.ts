import type { Asked } from "../model/partial";
import { store } from "../model/store";
import { retryParked } from "./parked";
import { retryRun } from "./retry";
import { startRun } from "./runs";

/** Writes in production after all; with `isLast`, this session is not asked about it again. */
export async function startConfirmed(asked: Asked, isLast: boolean): Promise<void> {
  if (isLast) store.setState({ writesConfirmed: true });
  const confirmed = true;
  switch (asked.type) {
    case "run":
      return startRun(asked.part, { anew: asked.anew, input: asked.input, confirmed });
    case "retry":
      return retryRun(asked.run, asked.from, asked.version, { confirmed });
    case "parked":
      return retryParked(asked.ids, asked.version, { confirmed });
    default:
      return asked satisfies never;
  }
}
