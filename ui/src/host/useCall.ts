import { useEffect, useState } from "react";
import { host } from "../actions/context";
import type { CommandName, Commands } from "./commands";
import { type HostError, toHostError } from "./host";

/** What a command gave: nothing yet, its answer, or why it could not be done. */
export type Answer<Ret> = { data: Ret | null; error: HostError | null; busy: boolean };

/**
 * Reads something of the host and reads it again whenever the arguments or `version` change. The
 * last answer stays while the next one is on its way. Null as arguments reads nothing.
 */
export function useCall<K extends CommandName>(
  name: K,
  args: Commands[K]["args"] | null,
  version: unknown = 0,
): Answer<Commands[K]["ret"]> {
  const [answer, setAnswer] = useState<Answer<Commands[K]["ret"]>>({
    data: null,
    error: null,
    busy: args !== null,
  });
  const key = args === null ? null : JSON.stringify(args);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for `args`, which are a new object at each drawing.
  useEffect(() => {
    if (args === null) {
      setAnswer({ data: null, error: null, busy: false });
      return;
    }
    let live = true;
    setAnswer((last) => ({ ...last, busy: true }));
    host()
      .call(name, args)
      .then(
        (data) => live && setAnswer({ data, error: null, busy: false }),
        (thrown: unknown) =>
          live && setAnswer({ data: null, error: toHostError(thrown), busy: false }),
      );
    return () => {
      live = false;
    };
  }, [name, key, version]);
  return answer;
}
