/** Evaluates a text on the last run's items while it is being typed. */
import { useEffect, useRef, useState } from "react";
import type { Preview } from "../bindings/Preview";

const PAUSE_MS = 250;

export type Results = {
  previews: readonly Preview[];
  /** Whether there is an answer for what stands in the field now. */
  isCurrent: boolean;
  /** Why there is none at all. */
  problem: string | undefined;
};

const NOTHING: Results = { previews: [], isCurrent: false, problem: undefined };

type Evaluate = (text: string, isTemplate: boolean) => Promise<Preview[]>;

/** The results for a text; the last ones stay while newer ones are on their way. */
export function usePreview(
  evaluate: Evaluate | undefined,
  text: string,
  isTemplate: boolean,
): Results {
  const [results, setResults] = useState(NOTHING);
  const isFirst = useRef(true);

  useEffect(() => {
    if (evaluate === undefined) {
      isFirst.current = true;
      setResults(NOTHING);
      return;
    }
    let isWanted = true;
    setResults((last) => (last.isCurrent ? { ...last, isCurrent: false } : last));
    const ask = () => {
      evaluate(text, isTemplate).then(
        (previews) => {
          if (isWanted) setResults({ previews, isCurrent: true, problem: undefined });
        },
        (thrown: unknown) => {
          const problem = thrown instanceof Error ? thrown.message : String(thrown);
          if (isWanted) setResults({ previews: [], isCurrent: true, problem });
        },
      );
    };
    const timer = setTimeout(ask, isFirst.current ? 0 : PAUSE_MS);
    isFirst.current = false;
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [evaluate, text, isTemplate]);

  return results;
}
