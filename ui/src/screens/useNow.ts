/** The time, a little behind: drawn again every half minute, so that "4 minutes ago" stays true. */
import { useEffect, useState } from "react";

const EVERY_MS = 30_000;

/** The time in milliseconds since 1970. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  // Something that just happened must not lie in the future.
  return Math.max(now, Date.now());
}
