import { type KeyboardEvent, useState } from "react";
import { chooseGroup } from "../actions/parked";
import type { ParkedGroup } from "../bindings/ParkedGroup";
import { Badge } from "../kit/Badge";
import { Resizer } from "../kit/Resizer";
import { groupKey } from "../model/parked";
import { useGantry } from "../model/store";
import { useNow } from "../screens/useNow";
import { formatAgo, formatCount, formatDate } from "../words/format";
import { t } from "../words/t";
import styles from "./Parked.module.css";

/** The reasons, those with the most open items first. Arrows walk through them. */
export function GroupList({ groups }: { groups: readonly ParkedGroup[] }) {
  const shown = useGantry((state) => state.parked.group);
  const [width, setWidth] = useState(() => Math.min(420, Math.round(window.innerWidth * 0.26)));
  const now = useNow();
  const walk = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const at = groups.findIndex((group) => groupKey(group) === shown) + step;
    const to = groups[at];
    if (step === 0 || !to) return;
    event.preventDefault();
    chooseGroup(groupKey(to));
    const list = event.currentTarget;
    requestAnimationFrame(() => list.querySelectorAll("button")[at]?.focus());
  };
  return (
    <>
      <ul
        className={styles.groups}
        style={{ width }}
        aria-label={t("parked.groups")}
        onKeyDown={walk}
      >
        {groups.map((group) => {
          const key = groupKey(group);
          return (
            <li key={key}>
              <button
                type="button"
                className={styles.group}
                aria-current={key === shown ? "true" : undefined}
                tabIndex={key === shown || shown === null ? 0 : -1}
                onClick={() => chooseGroup(key)}
              >
                <Group group={group} now={now} />
              </button>
            </li>
          );
        })}
      </ul>
      <Resizer
        label={t("parked.resizeGroups")}
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

function Group({ group, now }: { group: ParkedGroup; now: number }) {
  const state = useGantry(({ parked }) => parked.filter.state);
  const isOpen = state === "open";
  const { message, flow_name, node_name, open, resolved, last_at } = group;
  return (
    <>
      <span className={styles.groupTop}>
        <Badge tone={isOpen && open > 0 ? "error" : "neutral"}>
          {isOpen
            ? t("parked.open", { n: formatCount(open) })
            : state === "retrying"
              ? t("parked.state.retrying")
              : t("parked.nResolved", { n: formatCount(resolved) })}
        </Badge>
        <span className={styles.quiet}>{t(`errorClass.${group.class}`)}</span>
        <span className={styles.gap} />
        <span className={styles.quiet} title={formatDate(last_at)}>
          {formatAgo(last_at, now)}
        </span>
      </span>
      <span className={styles.message}>{message}</span>
      <span className={styles.where}>
        {t("parked.where", { flow: flow_name, node: node_name })}
      </span>
    </>
  );
}
