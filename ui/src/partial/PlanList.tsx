import { CirclePlay, Play, Recycle, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { keysOf } from "../actions/all";
import { dropPlan, setAnew, startPlanned } from "../actions/partial";
import { titleOf } from "../actions/world";
import type { PlannedNode } from "../bindings/PlannedNode";
import { Button, IconButton } from "../kit/Button";
import { Checkbox } from "../kit/Checkbox";
import { Spinner } from "../kit/Spinner";
import { halves, type Planned } from "../model/partial";
import { isUnderWay, store, useGantry } from "../model/store";
import { formatCount } from "../words/format";
import { t } from "../words/t";
import styles from "./PlanList.module.css";

/** What a run of a part would do, before it is started: nothing else is kept from being used. */
export function PlanList() {
  const planned = useGantry((state) => state.planned);
  if (!planned) return null;
  return <Plan key={`${planned.part.kind} ${planned.part.node}`} planned={planned} />;
}

function Plan({ planned }: { planned: Planned }) {
  const { part, anew, plan } = planned;
  const isBusy = useGantry(isUnderWay);
  const box = useRef<HTMLElement>(null);
  const isRead = plan !== null;
  useEffect(() => {
    // Enter then starts it, and Esc takes it away.
    if (isRead) box.current?.querySelector<HTMLElement>("[data-start] button")?.focus();
  }, [isRead]);
  const name = titleOf(store.getState(), part.node);
  return (
    <section
      ref={box}
      className={styles.plan}
      aria-label={t("plan.label")}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        dropPlan();
      }}
    >
      <header className={styles.head}>
        <h2 className={styles.title}>{t(`plan.${part.kind}`, { name })}</h2>
        <IconButton
          label={t("plan.close")}
          keys="Esc"
          icon={X}
          size="small"
          placement="top"
          onPress={dropPlan}
        />
      </header>
      {plan === null ? (
        <div className={styles.asking}>
          <Spinner label={t("plan.asking")} />
        </div>
      ) : (
        <div className={styles.lists}>
          <p className={styles.summary}>{plan.summary}</p>
          <Nodes title={t("plan.willRun")} nodes={halves(plan).run} isReused={false} />
          <Nodes title={t("plan.takenOver")} nodes={halves(plan).reused} isReused />
        </div>
      )}
      {isBusy && <p className={styles.busy}>{t("plan.running")}</p>}
      <footer className={styles.foot}>
        <Checkbox label={t("plan.anew")} checked={anew} onChange={setAnew} />
        <span className={styles.gap} />
        <span data-start>
          <Button
            variant="primary"
            icon={Play}
            disabled={plan === null || isBusy}
            onPress={startPlanned}
            label={`${t("plan.run")} ${keysOf(`run-${part.kind}`) ?? ""}`}
          >
            {t("plan.run")}
          </Button>
        </span>
      </footer>
    </section>
  );
}

type NodesProps = { title: string; nodes: readonly PlannedNode[]; isReused: boolean };

function Nodes({ title, nodes, isReused }: NodesProps) {
  if (nodes.length === 0) return null;
  const Icon = isReused ? Recycle : CirclePlay;
  return (
    <div>
      <h3 className={styles.group}>
        {title} <span className={styles.count}>{formatCount(nodes.length)}</span>
      </h3>
      <ul className={styles.nodes} aria-label={title}>
        {nodes.map(({ node, name, why, items }) => (
          <li key={node} className={isReused ? styles.reused : styles.run}>
            <Icon size={13} aria-hidden />
            <span className={styles.name}>{name}</span>
            <span className={styles.why} title={why}>
              {why}
            </span>
            {items !== undefined && (
              <span className={styles.items}>{t("plan.items", { n: items })}</span>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
