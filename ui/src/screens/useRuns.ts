/** The runs of the history, newest first, older ones as they are asked for. */
import { useCallback, useEffect, useRef, useState } from "react";
import { host } from "../actions/context";
import type { RunStatus } from "../bindings/RunStatus";
import type { RunSummary } from "../bindings/RunSummary";
import { toHostError } from "../host/host";

const PAGE = 200;

export type RunFilter = { flow: string | undefined; status: RunStatus | undefined };

type History = {
  runs: readonly RunSummary[] | null;
  error: string | undefined;
  /** Whether there may be older ones. */
  hasMore: boolean;
  loadMore: () => void;
};

/** The runs that pass the filter; loaded again when `version` changes. */
export function useRuns({ flow, status }: RunFilter, version: unknown): History {
  const [runs, setRuns] = useState<readonly RunSummary[] | null>(null);
  const [error, setError] = useState<string>();
  const [hasMore, setMore] = useState(false);
  const generation = useRef(0);
  const isAsking = useRef(false);

  const ask = useCallback(
    (known: readonly RunSummary[]) => {
      const mine = generation.current;
      const before = known.at(-1)?.id;
      isAsking.current = true;
      host()
        .call("runs.list", {
          limit: PAGE,
          ...(flow === undefined ? {} : { flow }),
          ...(status === undefined ? {} : { status }),
          ...(before === undefined ? {} : { before }),
        })
        .then(
          (older) => {
            if (mine !== generation.current) return;
            setRuns([...known, ...older]);
            setMore(older.length === PAGE);
            setError(undefined);
          },
          (thrown: unknown) => {
            if (mine === generation.current) setError(toHostError(thrown).message);
          },
        )
        .finally(() => {
          if (mine === generation.current) isAsking.current = false;
        });
    },
    [flow, status],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` is the event: runs came or went.
  useEffect(() => {
    generation.current += 1;
    ask([]);
  }, [ask, version]);

  const loadMore = () => {
    if (hasMore && !isAsking.current && runs !== null) ask(runs);
  };
  return { runs, error, hasMore, loadMore };
}
