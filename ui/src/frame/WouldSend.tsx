import { ChevronRight, ShieldOff } from "lucide-react";
import { useState } from "react";
import { titleOf } from "../actions/world";
import type { FieldChange } from "../bindings/FieldChange";
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

/** What the write would change in the record that is there, field by field. */
function Changes({ changes }: { changes: readonly FieldChange[] }) {
  if (changes.length === 0) return <p className={styles.count}>{t("wouldSend.same")}</p>;
  return (
    <table className={styles.changes} aria-label={t("wouldSend.changes")}>
      <thead>
        <tr>
          <th scope="col">{t("wouldSend.field")}</th>
          <th scope="col">{t("wouldSend.was")}</th>
          <th scope="col">{t("wouldSend.now")}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ path, was, now }) => (
          <tr key={path}>
            <th scope="row">{path}</th>
            <td>{was ?? "–"}</td>
            <td>{now ?? "–"}</td>
          </tr>
        ))}
      </tbody>
    </table>
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
        <span className={styles.body}>
          {exchange.changes === undefined
            ? exchange.request_body?.text
            : t("wouldSend.nChanges", { n: exchange.changes.length })}
        </span>
      </button>
      {isOpen && (
        <div className={styles.detail}>
          {exchange.changes !== undefined && <Changes changes={exchange.changes} />}
          <ExchangeDetail exchange={exchange} />
        </div>
      )}
    </section>
  );
}
