/** Reads the waterfall of the run that is shown, and again each second while it goes. */
import { useEffect } from "react";
import { loadTimeline } from "../actions/load-timeline";
import { isOver } from "../model/run";
import { useGantry } from "../model/store";
import type { TimelineState } from "../model/timeline";

const EVERY_MS = 1000;

/** The waterfall; null while no run is shown. */
export function useTimeline(): TimelineState | null {
  const run = useGantry((state) => state.run?.run.id);
  const goes = useGantry((state) => state.run !== null && !isOver(state.run.run.status));
  const timeline = useGantry((state) => state.timeline);
  useEffect(() => {
    if (run === undefined) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isShown = true;
    const read = async () => {
      await loadTimeline(run);
      // The next is asked for once this one is there: a slow host is not asked faster than it answers.
      if (isShown && goes) timer = setTimeout(() => void read(), EVERY_MS);
    };
    void read();
    return () => {
      isShown = false;
      clearTimeout(timer);
    };
  }, [run, goes]);
  return run !== undefined && timeline.run === run ? timeline : null;
}
