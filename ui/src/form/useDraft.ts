/** A value while it is being typed: shown at once, told after a pause or on leaving the field. */
import { useCallback, useEffect, useRef, useState } from "react";

const PAUSE_MS = 150;

type Draft<Value> = {
  draft: Value;
  /** Whether something was typed that is not told yet. */
  isPending: boolean;
  type: (value: Value) => void;
  /** Tells what is pending now. */
  flush: () => void;
};

/**
 * Keeps what is typed until `value` comes back from outside. A value from outside (undo, another
 * edit) wins unless something is pending.
 */
export function useDraft<Value>(value: Value, tell: (value: Value) => void): Draft<Value> {
  const [typed, setTyped] = useState<{ value: Value } | undefined>(undefined);
  const [isPending, setPending] = useState(false);
  const pending = useRef<{ value: Value; timer: ReturnType<typeof setTimeout> } | undefined>(
    undefined,
  );
  const latest = useRef(tell);
  latest.current = tell;

  const flush = useCallback(() => {
    const held = pending.current;
    if (held === undefined) return;
    clearTimeout(held.timer);
    pending.current = undefined;
    setPending(false);
    latest.current(held.value);
  }, []);

  const type = useCallback(
    (next: Value) => {
      if (pending.current !== undefined) clearTimeout(pending.current.timer);
      pending.current = { value: next, timer: setTimeout(flush, PAUSE_MS) };
      setTyped({ value: next });
      setPending(true);
    },
    [flush],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new value from outside is the event
  useEffect(() => {
    if (pending.current === undefined) setTyped(undefined);
  }, [value]);

  // Leaving the screen must not lose the last letters.
  useEffect(() => flush, [flush]);

  return { draft: typed === undefined ? value : typed.value, isPending, type, flush };
}
