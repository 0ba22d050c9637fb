import { CircleCheck, CircleQuestionMark, CircleSlash, type LucideIcon } from "lucide-react";
import { decideWrites } from "../actions/decide-writes";
import type { WriteDecision } from "../bindings/WriteDecision";
import type { WriteEntry } from "../bindings/WriteEntry";
import type { WriteState } from "../bindings/WriteState";
import type { WritesView } from "../bindings/WritesView";
import { Segments } from "../form/Segments";
import { Badge, type Tone } from "../kit/Badge";
import { VirtualList } from "../kit/VirtualList";
import { formatDate, formatTime } from "../words/format";
import { t } from "../words/t";
import styles from "./Writes.module.css";

type Props = { run: string; view: WritesView; canDecide: boolean; isBusy: boolean };

const ROW = 40;
const MOST_ROWS = 9;

const SIGNS: Record<WriteState, { icon: LucideIcon; tone: Tone }> = {
  done: { icon: CircleCheck, tone: "ok" },
  not_done: { icon: CircleSlash, tone: "neutral" },
  unknown: { icon: CircleQuestionMark, tone: "warning" },
};

/** The writes of a run: what is known of each, and what is to become of those that are not known. */
export function WritesTable({ run, view, canDecide, isBusy }: Props) {
  const height = Math.min(view.writes.length, MOST_ROWS) * ROW;
  return (
    <div className={styles.table}>
      <div className={styles.head} aria-hidden>
        <span>{t("writes.state")}</span>
        <span>{t("writes.what")}</span>
        <span>{t("writes.at")}</span>
        <span>{canDecide ? t("writes.decision") : ""}</span>
      </div>
      <div className={styles.rows} style={{ height }}>
        <VirtualList
          label={t("runBar.writes")}
          items={view.writes}
          rowHeight={ROW}
          keyOf={({ step }) => step}
          render={(write) => (
            <Row
              write={write}
              canDecide={canDecide && !isBusy}
              onDecide={(decision) => void decideWrites(run, decision, [write.step])}
            />
          )}
        />
      </div>
    </div>
  );
}

type RowProps = {
  write: WriteEntry;
  canDecide: boolean;
  onDecide: (decision: WriteDecision) => void;
};

function Row({ write, canDecide, onDecide }: RowProps) {
  const { state, about, node, item, at, decision } = write;
  const sign = SIGNS[state];
  return (
    <div className={styles.row}>
      <span>
        <Badge tone={sign.tone} icon={sign.icon}>
          {t(`writes.${state}`)}
        </Badge>
      </span>
      <span className={styles.what} title={about}>
        <span>{about}</span>
        <code>{[node, item].filter(Boolean).join(" · ")}</code>
      </span>
      <span className={styles.at} title={formatDate(at)}>
        {formatTime(at)}
      </span>
      <span>
        {state === "unknown" && (
          <Segments<WriteDecision>
            label={t("writes.decisionFor", { what: about })}
            value={decision}
            disabled={!canDecide}
            options={[
              { value: "done", label: t("writes.wasDone") },
              { value: "repeat", label: t("writes.again") },
            ]}
            onChange={onDecide}
          />
        )}
      </span>
    </div>
  );
}
