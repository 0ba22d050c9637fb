/** What the live preview shows: one result at a time, with the way to the next failing one. Pure. */
import type { Preview } from "../bindings/Preview";

export type Stand = {
  /** The result in view, from 0. */
  index: number;
  count: number;
  failing: number;
  empty: number;
};

/** How a list of results stands, with the view kept inside it. */
export function standOf(previews: readonly Preview[], index: number): Stand {
  return {
    index: Math.min(Math.max(0, index), Math.max(0, previews.length - 1)),
    count: previews.length,
    failing: previews.filter((preview) => preview.error !== undefined).length,
    empty: previews.filter((preview) => preview.error === undefined && preview.value === undefined)
      .length,
  };
}

/** The next result with an error after `index`, from the start again at the end. */
export function nextFailing(previews: readonly Preview[], index: number): number | undefined {
  for (let step = 1; step <= previews.length; step += 1) {
    const at = (index + step) % previews.length;
    if (previews[at]?.error !== undefined) return at;
  }
  return undefined;
}

/** The error that stands for the expression as a whole: the same for every item, as syntax errors are. */
export function commonError(previews: readonly Preview[]): Preview["error"] {
  const first = previews[0]?.error;
  if (first === undefined) return undefined;
  return previews.every(
    (preview) => preview.error?.code === first.code && preview.error.message === first.message,
  )
    ? first
    : undefined;
}
