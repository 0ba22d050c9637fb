import {
  Check,
  Hourglass,
  Inbox,
  type LucideIcon,
  Radio,
  TimerOff,
  UserCheck,
  X,
} from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import type { InboxItem } from "../bindings/InboxItem";
import { cx } from "../kit/cx";
import { EmptyState } from "../kit/EmptyState";
import { Resizer } from "../kit/Resizer";
import { Spinner } from "../kit/Spinner";
import { isForPerson, listShown, questionShown } from "../model/inbox";
import { store, useGantry } from "../model/store";
import { useNow } from "../screens/useNow";
import { formatAgo, formatDate } from "../words/format";
import { t } from "../words/t";
import { Due } from "./Due";
import styles from "./Inbox.module.css";
import { Question } from "./Question";

function look(id: number): void {
  store.setState(({ inbox }) => ({ inbox: { ...inbox, item: id } }));
}

/** What waits, or was answered, with the one that is looked at. */
export function Questions() {
  const list = useGantry((state) => listShown(state.inbox));
  const shown = useGantry((state) => questionShown(state.inbox));
  const tab = useGantry((state) => state.inbox.tab);
  if (list === null) {
    return (
      <div className={styles.loading}>
        <Spinner label={t("inbox.loading")} size={20} />
      </div>
    );
  }
  if (list.length === 0 || shown === null) {
    return tab === "answered" ? (
      <EmptyState icon={Inbox} title={t("inbox.noneAnswered")} text={t("inbox.noneHint")} />
    ) : (
      <EmptyState icon={Inbox} title={t("inbox.none")} text={t("inbox.noneHint")} />
    );
  }
  return (
    <div className={styles.body}>
      <List list={list} shown={shown} />
      <Question key={shown.id} item={shown} />
    </div>
  );
}

function List({ list, shown }: { list: readonly InboxItem[]; shown: InboxItem }) {
  const [width, setWidth] = useState(() => Math.min(460, Math.round(window.innerWidth * 0.32)));
  const now = useNow();
  const walk = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const at = list.indexOf(shown) + step;
    const to = list[at];
    if (step === 0 || !to) return;
    event.preventDefault();
    look(to.id);
    const box = event.currentTarget;
    requestAnimationFrame(() => box.querySelectorAll("button")[at]?.focus());
  };
  return (
    <>
      <ul className={styles.list} style={{ width }} aria-label={t("inbox.list")} onKeyDown={walk}>
        {list.map((item) => (
          <li key={item.id}>
            <button
              type="button"
              className={styles.row}
              aria-current={item === shown ? "true" : undefined}
              tabIndex={item === shown ? 0 : -1}
              onClick={() => look(item.id)}
            >
              <Row item={item} now={now} />
            </button>
          </li>
        ))}
      </ul>
      <Resizer
        label={t("inbox.resize")}
        orientation="vertical"
        size={width}
        min={220}
        max={640}
        side="before"
        onResize={setWidth}
      />
    </>
  );
}

function iconOf(item: InboxItem): LucideIcon {
  switch (item.outcome) {
    case undefined:
      return isForPerson(item) ? UserCheck : Radio;
    case "approved":
    case "signalled":
      return Check;
    case "timed out":
      return TimerOff;
    case "rejected":
    case "cancelled":
      return X;
    default:
      return Hourglass;
  }
}

/** What came of a question, in words; the host may know more outcomes than we. */
export function outcomeWord(outcome: string): string {
  switch (outcome) {
    case "approved":
    case "rejected":
    case "signalled":
    case "timed out":
    case "cancelled":
      return t(`inbox.outcome.${outcome}`);
    default:
      return outcome;
  }
}

function Row({ item, now }: { item: InboxItem; now: number }) {
  const Icon = iconOf(item);
  const { question, signal, flow_name, node_name, outcome, at, answered_at } = item;
  return (
    <>
      <span className={cx(styles.rowIcon)} data-outcome={outcome ?? "open"}>
        <Icon size={16} aria-hidden />
      </span>
      <span className={styles.rowWords}>
        <span className={styles.question}>{question ?? t("inbox.signal", { name: signal })}</span>
        <span className={styles.quiet}>
          {t("inbox.where", { flow: flow_name, node: node_name })}
        </span>
        <span className={styles.rowFoot}>
          {outcome === undefined ? (
            <>
              <span title={formatDate(at)}>{t("inbox.asked", { time: formatAgo(at, now) })}</span>
              <Due due={item.due} now={now} />
            </>
          ) : (
            <span title={formatDate(answered_at ?? at)}>
              {t("inbox.answeredAt", {
                outcome: outcomeWord(outcome),
                time: formatAgo(answered_at ?? at, now),
              })}
            </span>
          )}
        </span>
      </span>
    </>
  );
}
