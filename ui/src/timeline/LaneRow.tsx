import { Flag } from "lucide-react";
import { goToNode } from "../actions/select";
import type { Lane } from "../bindings/Lane";
import { cx } from "../kit/cx";
import { type Drawn, ROWS, type Span } from "../model/timeline";
import { formatDuration } from "../words/format";
import { t } from "../words/t";
import { barName, goToBar } from "./bars";
import styles from "./Timeline.module.css";

type Props = {
  lane: Lane;
  span: Span;
  bars: readonly Drawn[];
  /** The bar that the keyboard is at: -1 for the lane itself, null for another lane. */
  at: number | null;
  onPoint: (bar: number | null) => void;
  /** The bar that was clicked; -1 for the lane itself. */
  onTake: (bar: number) => void;
};

const TRACK_PX = 24;
const INDENT_PX = 12;

/** What a node did over time: a band for all of its work, its bars over it. */
export function LaneRow({ lane, span, bars, at, onPoint, onTake }: Props) {
  const length = span.to - span.from;
  const left = Math.max(0, (lane.began - span.from) / length);
  const right = Math.min(1, (lane.ended - span.from) / length);
  const rows = Math.max(1, ...bars.map(({ row }) => row + 1));
  const height = Math.min(12, Math.floor(TRACK_PX / rows) - 1);
  const failed = lane.bars.some(({ kind, failed: has }) => kind === "work" && has);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the waterfall around it.
    // biome-ignore lint/a11y/useKeyWithClickEvents: Enter on the waterfall does the same.
    <div
      className={cx(styles.lane, at !== null && styles.at)}
      onClick={() => {
        onTake(-1);
        goToNode(lane.node);
      }}
      onPointerEnter={() => onPoint(-1)}
    >
      <span className={styles.name} style={{ paddingLeft: lane.depth * INDENT_PX }}>
        <span>{lane.name}</span>
        {lane.critical && <Flag size={12} role="img" aria-label={t("timeline.critical")} />}
      </span>
      <span className={styles.track}>
        {right > 0 && left < 1 && (
          <span
            className={cx(styles.work, lane.critical && styles.critical, failed && styles.failed)}
            style={{ left: `${left * 100}%`, width: `${Math.max(0.1, (right - left) * 100)}%` }}
          />
        )}
        {bars.map(({ index, bar, left: from, width, row, more }) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: Enter on the waterfall does the same.
          <span
            key={index}
            role="img"
            aria-label={barName(bar)}
            className={cx(styles.bar, bar.failed && styles.barFailed, at === index && styles.barAt)}
            data-kind={bar.kind}
            data-more={more > 0 || undefined}
            style={{
              left: `${from * 100}%`,
              width: `${width * 100}%`,
              top: rows === 1 ? (TRACK_PX - height) / 2 : (row * TRACK_PX) / Math.min(rows, ROWS),
              height,
            }}
            onClick={(event) => {
              event.stopPropagation();
              onTake(index);
              goToBar(lane, bar);
            }}
            onPointerEnter={() => onPoint(index)}
            onPointerLeave={() => onPoint(-1)}
          />
        ))}
      </span>
      <span className={styles.took}>{formatDuration(lane.ended - lane.began)}</span>
    </div>
  );
}
