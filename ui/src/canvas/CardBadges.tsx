import {
  Ban,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleParking,
  CircleX,
  Clock,
  History as HistoryIcon,
  Inbox,
  LoaderCircle,
  type LucideIcon,
  StickyNote,
  TriangleAlert,
} from "lucide-react";
import { MODE_ICONS } from "../actions/mode-icons";
import { showParkedOf } from "../actions/parked";
import { FROM_ICONS } from "../inspector/FromBadge";
import { cx } from "../kit/cx";
import type { CardData } from "../model/canvas";
import { staleWhy } from "../model/fresh";
import { waitingAt } from "../model/inbox";
import { openAt } from "../model/parked";
import type { NodeRunState } from "../model/run";
import { useGantry } from "../model/store";
import { formatShortCount } from "../words/format";
import { t } from "../words/t";
import styles from "./CardBadges.module.css";

type Mark = {
  id: string;
  icon: LucideIcon;
  tone: "muted" | "accent" | "ok" | "warning" | "error";
  text: string;
  count?: number;
  /** Words beside the icon, for what must not be missed. */
  word?: string;
  turning?: boolean;
};

function runMark(run: NodeRunState | undefined): Mark | null {
  if (!run) return null;
  if (run.wait) {
    const { retry, reason } = run.wait;
    const text = retry
      ? t("badge.retrying", { attempt: retry.attempt + 1, tries: retry.tries, reason })
      : t("badge.waiting", { reason });
    return { id: "run", icon: Clock, tone: "warning", text };
  }
  switch (run.status) {
    case "idle":
      return null;
    case "running":
      return {
        id: "run",
        icon: LoaderCircle,
        tone: "accent",
        text: t("badge.running"),
        turning: true,
      };
    case "ok":
      return { id: "run", icon: CircleCheck, tone: "ok", text: t("badge.ok") };
    case "rejects": {
      const n = run.counts.rejected;
      return {
        id: "run",
        icon: CircleAlert,
        tone: "warning",
        text: t("badge.rejects", { n }),
        count: n,
      };
    }
    case "failed": {
      const text = run.error?.message ?? t("badge.failed");
      return { id: "run", icon: CircleX, tone: "error", text };
    }
    case "cancelled":
      return { id: "run", icon: Ban, tone: "muted", text: t("badge.cancelled") };
    case "skipped":
      return { id: "run", icon: CircleDashed, tone: "muted", text: t("badge.skipped") };
    default:
      return run.status satisfies never;
  }
}

function problemMark({ diagnostics }: CardData): Mark | null {
  const [worst] = diagnostics;
  if (!worst || worst.severity === "info") return null;
  const { severity, message } = worst;
  const n = diagnostics.filter((each) => each.severity === severity).length;
  const icon = severity === "error" ? CircleAlert : TriangleAlert;
  return {
    id: "problem",
    icon,
    tone: severity,
    text: t(`badge.problem.${severity}`, { n, message }),
  };
}

function fromMark(run: NodeRunState | undefined): Mark | null {
  if (!run?.from) return null;
  const { from } = run;
  const tone = from === "fault" ? "warning" : "accent";
  return { id: "from", icon: FROM_ICONS[from], tone, text: t(`badge.from.${from}`) };
}

/** How a node stands: small icons at its top right, each with its words on hover. */
export function CardBadges({ id, data }: { id: string; data: CardData }) {
  const run = useGantry((state) => state.run?.nodes[id]);
  const flow = useGantry((state) => state.open?.flow.id ?? "");
  const stale = useGantry((state) => (state.past ? null : staleWhy(state.fresh, flow, id)));
  const parked = useGantry((state) => openAt(state.parked.open, flow, id));
  const waiting = useGantry((state) => waitingAt(state.inbox, flow, id));
  const mode = useGantry((state) => state.conduct.nodes[id]);
  const note = data.spec.note;
  const marks: (Mark | null)[] = [
    data.disabled ? { id: "disabled", icon: Ban, tone: "muted", text: t("badge.disabled") } : null,
    note ? { id: "note", icon: StickyNote, tone: "muted", text: t("badge.note", { note }) } : null,
    problemMark(data),
    mode === undefined
      ? null
      : {
          id: "mode",
          icon: MODE_ICONS[mode],
          tone: "accent",
          text: t("badge.mode", { mode: t(`mode.${mode}`) }),
        },
    mode === undefined ? fromMark(run) : null,
    stale === null
      ? null
      : {
          id: "stale",
          icon: HistoryIcon,
          tone: "warning",
          text: t("badge.staleWhy", { why: stale }),
          word: t("badge.staleWord"),
        },
    waiting === 0
      ? null
      : {
          id: "waiting",
          icon: Inbox,
          tone: "accent",
          text: t("badge.waitsAt", { n: waiting }),
          count: waiting,
        },
    runMark(run),
  ];
  const shown = marks.filter((mark) => mark !== null);
  if (shown.length === 0 && parked === 0) return null;
  return (
    <div className={styles.badges}>
      {shown.map(({ id: key, icon: Icon, tone, text, count, word, turning }) => (
        <span key={key} role="img" aria-label={text} title={text} className={styles[tone]}>
          <Icon size={14} aria-hidden className={cx(turning && styles.turning)} />
          {count !== undefined && formatShortCount(count)}
          {word}
        </span>
      ))}
      {parked > 0 && (
        <button
          type="button"
          className={cx(styles.error, styles.go, "nodrag")}
          title={t("parked.badge", { n: parked })}
          aria-label={t("parked.badge", { n: parked })}
          onClick={() => showParkedOf(flow, id)}
        >
          <CircleParking size={14} aria-hidden />
          {formatShortCount(parked)}
        </button>
      )}
    </div>
  );
}
