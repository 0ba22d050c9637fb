/** The network log, newest first, older calls as they are asked for. */
import { useCallback, useEffect, useRef, useState } from "react";
import { host } from "../actions/context";
import type { NetworkEntry } from "../bindings/NetworkEntry";
import { toHostError } from "../host/host";

const PAGE = 1000;

type Log = {
  entries: readonly NetworkEntry[] | null;
  error: string | undefined;
  /** Whether there may be older ones. */
  hasMore: boolean;
  loadMore: () => void;
};

/** The log, read again when `version` changes. */
export function useNetwork(version: unknown): Log {
  const [entries, setEntries] = useState<readonly NetworkEntry[] | null>(null);
  const [error, setError] = useState<string>();
  const [hasMore, setMore] = useState(false);
  const generation = useRef(0);

  const ask = useCallback((known: readonly NetworkEntry[]) => {
    const mine = generation.current;
    const before = known.at(-1)?.seq;
    host()
      .call("network.list", { limit: PAGE, ...(before === undefined ? {} : { before }) })
      .then(
        (older) => {
          if (mine !== generation.current) return;
          setEntries([...known, ...older]);
          setMore(older.length === PAGE);
          setError(undefined);
        },
        (thrown: unknown) => {
          if (mine === generation.current) setError(toHostError(thrown).message);
        },
      );
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` is the event: there are more calls now.
  useEffect(() => {
    generation.current += 1;
    ask([]);
  }, [ask, version]);

  return { entries, error, hasMore, loadMore: () => entries && ask(entries) };
}
