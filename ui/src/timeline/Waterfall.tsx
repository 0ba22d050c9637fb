import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { goToNode } from "../actions/select";
import type { Lane } from "../bindings/Lane";
import type { Timeline } from "../bindings/Timeline";
import { VirtualList, type VirtualListHandle } from "../kit/VirtualList";
import { drawn, inSight, marks, type Sight, type SightChange } from "../model/timeline";
import { formatDuration } from "../words/format";
import { t } from "../words/t";
import { barFacts, goToBar, laneFacts } from "./bars";
import { LaneRow } from "./LaneRow";
import { Legend } from "./Legend";
import styles from "./Timeline.module.css";
import { usePanning } from "./usePanning";
import { useWidth } from "./useWidth";

type Props = { data: Timeline; sight: Sight; change: (each: SightChange) => void };
type Pointed = { lane: number; bar: number } | null;

const ROW = 28;
const NAMES = 220;
const FIGURES = 72;
const SMALLEST_PX = 3;
const MARK_PX = 90;

/** What a key does to the sight; null for a key that does nothing here. */
function changeOf({ key, shiftKey }: KeyboardEvent, sight: Sight): SightChange | null {
  switch (key) {
    case "ArrowDown":
      return { type: "lane", lane: sight.lane + 1 };
    case "ArrowUp":
      return { type: "lane", lane: sight.lane - 1 };
    case "ArrowRight":
      return shiftKey ? { type: "pan", part: 0.25 } : { type: "bar", bar: sight.bar + 1 };
    case "ArrowLeft":
      return shiftKey ? { type: "pan", part: -0.25 } : { type: "bar", bar: sight.bar - 1 };
    case "+":
    case "=":
      return { type: "zoom", factor: 0.5 };
    case "-":
      return { type: "zoom", factor: 2 };
    case "0":
      return { type: "fit" };
    default:
      return null;
  }
}

/** The run as lanes over time. */
export function Waterfall({ data, sight, change }: Props) {
  const [box, width] = useWidth();
  const list = useRef<VirtualListHandle>(null);
  const [pointed, setPointed] = useState<Pointed>(null);
  const [hasFocus, setFocus] = useState(false);
  const track = Math.max(1, width - NAMES - FIGURES);
  const span = inSight(sight, data);
  const panning = usePanning({ span, track, names: NAMES, change });
  useEffect(() => list.current?.scrollTo(sight.lane), [sight.lane]);
  const shown = pointed ?? (hasFocus ? sight : null);
  const lane = shown && data.lanes[shown.lane];
  const bar = shown && lane?.bars[shown.bar];
  const facts = lane ? (bar ? barFacts(bar, lane, data.began) : laneFacts(lane, data.began)) : "";
  return (
    <div className={styles.chart}>
      <Axis span={span} began={data.began} track={track} />
      <div
        ref={box}
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keys walk through its lanes and bars.
        tabIndex={0}
        className={styles.lanes}
        aria-label={t("timeline.label")}
        aria-description={t("timeline.keys")}
        onFocus={() => setFocus(true)}
        onBlur={() => setFocus(false)}
        onKeyDown={(event) => {
          const next = changeOf(event, sight);
          const atLane = data.lanes[sight.lane];
          if (next) change(next);
          else if (event.key === "Enter" && atLane) goTo(atLane, sight.bar);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
        onPointerLeave={() => setPointed(null)}
        {...panning}
      >
        <VirtualList
          ref={list}
          label={t("timeline.label")}
          items={data.lanes}
          rowHeight={ROW}
          keyOf={(each) => each.node}
          render={(each, index) => (
            <LaneRow
              lane={each}
              span={span}
              bars={drawn(each, span, SMALLEST_PX / track)}
              at={hasFocus && sight.lane === index ? sight.bar : null}
              onTake={(at) => {
                change({ type: "lane", lane: index });
                change({ type: "bar", bar: at });
              }}
              onPoint={(at) => setPointed(at === null ? null : { lane: index, bar: at })}
            />
          )}
        />
      </div>
      <div className={styles.foot}>
        <p className={styles.facts} aria-live="polite">
          {facts}
        </p>
        {facts === "" && <Legend data={data} />}
      </div>
    </div>
  );
}

function goTo(lane: Lane, index: number): void {
  const bar = lane.bars[index];
  if (bar) goToBar(lane, bar);
  else goToNode(lane.node);
}

type AxisProps = { span: { from: number; to: number }; began: number; track: number };

function Axis({ span, began, track }: AxisProps) {
  const length = span.to - span.from;
  const all = marks(span, began, Math.max(2, track / MARK_PX));
  return (
    <div className={styles.axis} aria-hidden>
      {all.map((at) => (
        <span key={at} style={{ left: NAMES + ((at + began - span.from) / length) * track }}>
          {formatDuration(at)}
        </span>
      ))}
    </div>
  );
}
