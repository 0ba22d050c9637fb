import { ArrowLeft, CassetteTape, Play } from "lucide-react";
import { useMemo } from "react";
import { openCassette, replayWith } from "../actions/cassettes";
import type { CassetteView } from "../bindings/CassetteView";
import { CallBrowser } from "../calls/CallBrowser";
import { ExchangeDetail } from "../inspector/ExchangeDetail";
import { Button } from "../kit/Button";
import { EmptyState } from "../kit/EmptyState";
import flows from "../screens/Flows.module.css";
import { formatBytes, formatDate } from "../words/format";
import { t } from "../words/t";
import { CassetteMenu } from "./CassetteMenu";
import styles from "./Cassettes.module.css";

/** The calls of one cassette, request and answer. */
export function CassetteCalls({ view: { cassette, calls } }: { view: CassetteView }) {
  const { name, bytes, recorded_at, hosts } = cassette;
  const rows = useMemo(
    () =>
      calls.map(({ exchange, step }, index) => ({
        key: String(index),
        call: exchange,
        exchange,
        where: step,
      })),
    [calls],
  );
  const about = [
    hosts.join(", "),
    formatBytes(bytes),
    recorded_at === undefined ? "" : formatDate(recorded_at),
  ];
  return (
    <main className={styles.screen}>
      <header className={flows.header}>
        <Button
          variant="quiet"
          size="small"
          icon={ArrowLeft}
          onPress={() => void openCassette(null)}
        >
          {t("cassettes.back")}
        </Button>
        <h1 className={flows.title}>{name}</h1>
        <span className={styles.about}>{about.filter(Boolean).join(" · ")}</span>
        <Button icon={Play} variant="primary" onPress={() => replayWith(name)}>
          {t("cassettes.replay")}
        </Button>
        <CassetteMenu cassette={cassette} />
      </header>
      {rows.length === 0 ? (
        <EmptyState
          icon={CassetteTape}
          title={t("cassettes.emptyOne")}
          text={t("cassettes.emptyOneHint")}
        />
      ) : (
        <CallBrowser
          label={name}
          rows={rows}
          detail={({ exchange }) => <ExchangeDetail exchange={exchange} />}
        />
      )}
    </main>
  );
}
