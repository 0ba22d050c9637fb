import { Drama, EyeOff, Play, TriangleAlert } from "lucide-react";
import { openCassette, replayWith } from "../actions/cassettes";
import type { CassetteSummary } from "../bindings/CassetteSummary";
import { Badge } from "../kit/Badge";
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
            <th scope="col">{t("cassettes.flow")}</th>
            <th scope="col" className={styles.number}>
              {t("cassettes.calls")}
            </th>
            <th scope="col" className={styles.number}>
              {t("cassettes.size")}
            </th>
            <th scope="col">{t("cassettes.recorded")}</th>
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
  const { name, kind, flow, calls, bytes, saved_at, unfinished, personal_hidden } = cassette;
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
        </button>
        {kind === "mock" && <Badge icon={Drama}>{t("cassettes.mock")}</Badge>}
        {unfinished && (
          <Badge tone="warning" icon={TriangleAlert} title={t("cassettes.unfinishedHint")}>
            {t("cassettes.unfinished")}
          </Badge>
        )}
        {personal_hidden && (
          <Badge tone="ok" icon={EyeOff}>
            {t("cassettes.personalHidden")}
          </Badge>
        )}
      </th>
      <td className={styles.cut} title={flow}>
        {flow || "–"}
      </td>
      <td className={styles.number}>{calls === undefined ? "–" : formatCount(calls)}</td>
      <td className={styles.number}>{formatBytes(bytes)}</td>
      <td className={styles.quiet} title={formatDate(saved_at)}>
        {formatAgo(saved_at, now)}
      </td>
      <td>
        <div className={styles.actions}>
          <Button
            size="small"
            icon={Play}
            label={t("cassettes.replayLabel", { name })}
            onPress={() => replayWith(cassette)}
          >
            {t(kind === "mock" ? "cassettes.mockWith" : "cassettes.replay")}
          </Button>
          <CassetteMenu cassette={cassette} />
        </div>
      </td>
    </tr>
  );
}
