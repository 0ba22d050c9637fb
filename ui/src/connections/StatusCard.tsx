import { ChevronRight, CircleCheck, CircleX } from "lucide-react";
import { useState } from "react";
import type { Tested } from "../bindings/Tested";
import { ExchangeDetail } from "../inspector/ExchangeDetail";
import { Badge } from "../kit/Badge";
import { cx } from "../kit/cx";
import { Facts } from "../kit/Facts";
import { Spinner } from "../kit/Spinner";
import type { OpenConnection } from "../model/connections";
import { useNow } from "../screens/useNow";
import { formatAgo, formatDate, formatDuration } from "../words/format";
import { t } from "../words/t";
import { Card } from "./Card";
import styles from "./Editor.module.css";
import { healthStanding } from "./health";

/** How a connection stands: what it lacks, and who we are there by the last test. */
export function StatusCard({ open: { view, busy } }: { open: OpenConnection }) {
  const now = useNow();
  const { health, tested, tested_at } = view;
  const { icon, tone, word } = healthStanding(health, now);
  return (
    <Card
      title={t("connection.status")}
      actions={
        <Badge tone={tone} icon={icon}>
          {word}
        </Badge>
      }
    >
      {/* What a failed test says stands in its own card. */}
      {!(health.state === "broken" && tested) && <p role="status">{health.message}</p>}
      {health.since !== undefined && (
        <p className={styles.quiet}>
          {t("health.brokenSince", { when: formatDate(health.since) })}
        </p>
      )}
      {busy === "testing" ? (
        <p className={styles.busy}>
          <Spinner label={t("connection.testing")} />
          {t("connection.testing")}
        </p>
      ) : tested ? (
        <WhoAmI tested={tested} at={tested_at} now={now} />
      ) : (
        <p className={styles.quiet}>{t("connection.notTestedHint")}</p>
      )}
    </Card>
  );
}

type WhoProps = { tested: Tested; at: number | undefined; now: number };

function WhoAmI({ tested, at, now }: WhoProps) {
  const { ok, account, environment, scopes, quota, took_ms, message, advice, exchange } = tested;
  const [isOpen, setOpen] = useState(false);
  const facts: [string, string | undefined][] = [
    [t("tested.account"), account],
    [t("tested.environment"), environment],
    [t("tested.scopes"), scopes.join(", ") || undefined],
    [t("tested.quota"), quota],
    [t("tested.took"), formatDuration(took_ms)],
    [t("tested.at"), at === undefined ? undefined : formatAgo(at, now)],
  ];
  return (
    <div className={styles.who} data-tone={ok ? "ok" : "error"}>
      <p className={styles.whoTitle}>
        {ok ? <CircleCheck size={16} aria-hidden /> : <CircleX size={16} aria-hidden />}
        <span>{message || t(ok ? "tested.ok" : "tested.failed")}</span>
      </p>
      {advice && <p className={styles.advice}>{advice}</p>}
      <Facts facts={facts} />
      {exchange && (
        <>
          <button
            type="button"
            className={styles.fold}
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            <ChevronRight size={14} aria-hidden className={cx(isOpen && styles.turned)} />
            {t("tested.raw")}
          </button>
          {isOpen && <ExchangeDetail exchange={exchange} />}
        </>
      )}
    </div>
  );
}
