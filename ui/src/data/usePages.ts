/** The items of one tap of one run, page by page as they come into view. */
import { useCallback, useEffect, useRef, useState } from "react";
import { host } from "../actions/context";
import type { Tap } from "../bindings/Tap";
import { toHostError } from "../host/host";
import { missing, NO_PAGES, PAGE, type Pages, withAsked, withError, withPage } from "./pages";

type Loading = {
  pages: Pages;
  /** Whether the first page is on its way. */
  isBusy: boolean;
  /** Says which rows are in view, so that their pages are asked for. */
  need: (first: number, last: number) => void;
};

/** Loads from the start whenever the run, the tap or `version` (the items so far) changes. */
export function usePages(run: string | undefined, tap: Tap | undefined, version: number): Loading {
  const [pages, setPages] = useState<Pages>(NO_PAGES);
  const [isBusy, setBusy] = useState(run !== undefined);
  const now = useRef(pages);
  const generation = useRef(0);
  const key = JSON.stringify([run, tap]);
  const lastKey = useRef(key);

  // Both may be new objects at each drawing; `key` says whether they changed.
  const source = useRef({ run, tap });
  source.current = { run, tap };

  const put = useCallback((next: Pages) => {
    now.current = next;
    setPages(next);
  }, []);

  const ask = useCallback(
    (offset: number) => {
      const { run, tap } = source.current;
      if (run === undefined || tap === undefined) return;
      const mine = generation.current;
      put(withAsked(now.current, offset));
      host()
        .call("runs.items", { run, tap, offset, limit: PAGE })
        .then(
          (page) => mine === generation.current && put(withPage(now.current, offset, page)),
          (thrown: unknown) =>
            mine === generation.current &&
            put(withError(now.current, offset, toHostError(thrown).message)),
        )
        .finally(() => mine === generation.current && setBusy(false));
    },
    [put],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` is the event: there are more items now.
  useEffect(() => {
    generation.current += 1;
    // While a run goes on, the items that are shown stay until the newer ones are here.
    if (lastKey.current !== key) put(NO_PAGES);
    else put({ ...now.current, asked: new Set() });
    lastKey.current = key;
    setBusy(run !== undefined);
    ask(0);
  }, [key, version, ask, put]);

  const need = useCallback(
    (first: number, last: number) => {
      for (const offset of missing(now.current, first, last)) ask(offset);
    },
    [ask],
  );
  return { pages, isBusy, need };
}
