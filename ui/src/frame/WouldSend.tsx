import { ChevronRight, ShieldOff } from "lucide-react";
import { useState } from "react";
import { titleOf } from "../actions/world";
import { ExchangeDetail } from "../inspector/ExchangeDetail";
import { cx } from "../kit/cx";
import { EmptyState } from "../kit/EmptyState";
import type { Call } from "../model/run";
import { store, useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./WouldSend.module.css";

/** What a dry run held back, as it would have been sent. */
export function WouldSend() {
  const calls = useGantry((state) => state.run?.wouldSend);
  const [open, setOpen] = useState<number>();
  if (!calls || calls.length === 0) {
    return (
      <EmptyState icon={ShieldOff} title={t("wouldSend.none")} text={t("wouldSend.noneHint")} />
    );
  }
  return (
    <div className={styles.list}>
      <p className={styles.count}>{t("wouldSend.held", { n: calls.length })}</p>
      {calls.map((call) => (
        <Held
          key={call.seq}
          call={call}
          isOpen={open === call.seq}
          onToggle={() => setOpen(open === call.seq ? undefined : call.seq)}
        />
      ))}
    </div>
  );
}

type Props = { call: Call; isOpen: boolean; onToggle: () => void };

function Held({ call: { node, exchange }, isOpen, onToggle }: Props) {
  return (
    <section className={styles.call}>
      <button type="button" className={styles.line} aria-expanded={isOpen} onClick={onToggle}>
        <ChevronRight size={14} aria-hidden className={cx(isOpen && styles.turned)} />
        <span className={styles.node}>{titleOf(store.getState(), node)}</span>
        <b className={styles.mono}>{exchange.method}</b>
        <span className={styles.url} title={exchange.url}>
          {exchange.url}
        </span>
        <span className={styles.body}>{exchange.request_body?.text}</span>
      </button>
      {isOpen && (
        <div className={styles.detail}>
          <ExchangeDetail exchange={exchange} />
        </div>
      )}
    </section>
  );
}
