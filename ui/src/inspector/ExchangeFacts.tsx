import { EyeOff, Lock } from "lucide-react";
import type { Exchange } from "../bindings/Exchange";
import type { TlsFacts } from "../bindings/TlsFacts";
import { formatDate, formatFineDuration } from "../words/format";
import { t } from "../words/t";
import styles from "./Exchange.module.css";
import { daysLeft, phaseParts } from "./timing";

/** The time of a call by its parts, the certificate that was shown, and what was masked. */
export function ExchangeFacts({ exchange }: { exchange: Exchange }) {
  const { tls, masked } = exchange;
  return (
    <>
      <Timing exchange={exchange} />
      {tls && <Tls tls={tls} />}
      {masked !== undefined && masked.length > 0 && (
        <p className={styles.fact}>
          <EyeOff size={14} aria-hidden />
          <span>{t("raw.masked", { n: masked.length, places: masked.join(", ") })}</span>
        </p>
      )}
    </>
  );
}

function Timing({ exchange }: { exchange: Exchange }) {
  const parts = phaseParts(exchange);
  if (parts.length === 0) return null;
  const told = parts
    .map(({ phase, ms }) => `${t(`raw.phase.${phase}`)} ${formatFineDuration(ms)}`)
    .join(", ");
  return (
    <div className={styles.timing}>
      <div className={styles.phases} role="img" aria-label={t("raw.phases", { parts: told })}>
        {parts.map(({ phase, share }) => (
          <span key={phase} data-phase={phase} style={{ width: `${share * 100}%` }} />
        ))}
      </div>
      <div className={styles.legend} aria-hidden>
        {parts.map(({ phase, ms }) => (
          <span key={phase} className={styles.phase}>
            <i data-phase={phase} />
            {t(`raw.phase.${phase}`)} <b>{formatFineDuration(ms)}</b>
          </span>
        ))}
      </div>
    </div>
  );
}

function Tls({ tls }: { tls: TlsFacts }) {
  const { version, subject, issuer, expires } = tls;
  const left = expires === undefined ? undefined : daysLeft(expires, Date.now());
  const isShort = left !== undefined && left < 14;
  return (
    <p className={styles.fact} data-tone={isShort ? "warning" : undefined}>
      <Lock size={14} aria-hidden />
      <span>
        {[
          version,
          subject && t("raw.tls.subject", { subject }),
          issuer && t("raw.tls.issuer", { issuer }),
          expires !== undefined &&
            t(left !== undefined && left < 0 ? "raw.tls.expired" : "raw.tls.expires", {
              date: formatDate(expires),
            }),
        ]
          .filter(Boolean)
          .join(" · ")}
      </span>
    </p>
  );
}
