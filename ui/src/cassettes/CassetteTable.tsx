import { EyeOff, Play } from "lucide-react";
import { openCassette, replayWith } from "../actions/cassettes";
import type { CassetteSummary } from "../bindings/CassetteSummary";
import { Button } from "../kit/Button";
import { useNow } from "../screens/useNow";
import { formatAgo, formatBytes, formatCount, formatDate } from "../words/format";
import { t } from "../words/t";
import { CassetteMenu } from "./CassetteMenu";
import styles from "./Cassettes.module.css";

/** The cassettes, newest first, each with what it holds. */
export function CassetteTable({ cassettes }: { cassettes: readonly CassetteSummary[] }) {
  const now = useNow();
  return (
    <div className={styles.box}>
      <table className={styles.table} aria-label={t("rail.cassettes")}>
        <thead>
          <tr>
            <th scope="col">{t("cassettes.name")}</th>
            <th scope="col" className={styles.number}>
              {t("cassettes.calls")}
            </th>
            <th scope="col">{t("cassettes.hosts")}</th>
            <th scope="col" className={styles.number}>
              {t("cassettes.size")}
            </th>
            <th scope="col">{t("cassettes.recorded")}</th>
            <th scope="col">{t("cassettes.masked")}</th>
            <th scope="col" aria-label={t("cassettes.replay")} />
          </tr>
        </thead>
        <tbody>
          {cassettes.map((cassette) => (
            <Row key={cassette.name} cassette={cassette} now={now} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ cassette, now }: { cassette: CassetteSummary; now: number }) {
  const { name, flow, calls, hosts, bytes, recorded_at, masked } = cassette;
  const [host, ...others] = hosts;
  return (
    <tr>
      <th scope="row">
        <button
          type="button"
          className={styles.open}
          aria-label={t("cassettes.open", { name })}
          onClick={() => void openCassette(name)}
        >
          <span className={styles.name}>{name}</span>
          {flow && <span className={styles.quiet}>{flow}</span>}
        </button>
      </th>
      <td className={styles.number}>{formatCount(calls)}</td>
      <td className={styles.cut} title={hosts.join("\n")}>
        {host === undefined
          ? "–"
          : others.length === 0
            ? host
            : t("cassettes.moreHosts", { host, n: others.length })}
      </td>
      <td className={styles.number}>{formatBytes(bytes)}</td>
      <td
        className={styles.quiet}
        title={recorded_at === undefined ? undefined : formatDate(recorded_at)}
      >
        {recorded_at === undefined ? "–" : formatAgo(recorded_at, now)}
      </td>
      <td className={styles.masked}>
        <EyeOff size={14} aria-hidden />
        {formatCount(masked)}
      </td>
      <td>
        <div className={styles.actions}>
          <Button
            size="small"
            icon={Play}
            label={t("cassettes.replayLabel", { name })}
            onPress={() => replayWith(name)}
          >
            {t("cassettes.replay")}
          </Button>
          <CassetteMenu cassette={cassette} />
        </div>
      </td>
    </tr>
  );
}
