import { ArrowLeft, CassetteTape, Play } from "lucide-react";
import { useMemo } from "react";
import { openCassette, replayWith } from "../actions/cassettes";
import type { CassetteView } from "../bindings/CassetteView";
import { CallBrowser } from "../calls/CallBrowser";
import { useCall } from "../host/useCall";
import { ExchangeDetail } from "../inspector/ExchangeDetail";
import { Button } from "../kit/Button";
import { EmptyState } from "../kit/EmptyState";
import { Spinner } from "../kit/Spinner";
import flows from "../screens/Flows.module.css";
import { formatBytes, formatDate } from "../words/format";
import { t } from "../words/t";
import { CassetteMenu } from "./CassetteMenu";
import styles from "./Cassettes.module.css";

/** One cassette: its calls, request and answer; of a mock its rules. */
export function CassetteCalls({ view }: { view: CassetteView }) {
  const { cassette, text } = view;
  const { name, kind, flow, bytes, saved_at } = cassette;
  const about = [flow, formatBytes(bytes), formatDate(saved_at)].filter(Boolean).join(" · ");
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
        <span className={styles.about}>{about}</span>
        <Button icon={Play} variant="primary" onPress={() => replayWith(cassette)}>
          {t(kind === "mock" ? "cassettes.mockWith" : "cassettes.replay")}
        </Button>
        <CassetteMenu cassette={cassette} />
      </header>
      {text === undefined ? (
        <Calls view={view} />
      ) : (
        <section className={styles.rules} aria-label={t("cassettes.ofMock")}>
          <pre>{text}</pre>
        </section>
      )}
    </main>
  );
}

function Calls({ view: { cassette, calls } }: { view: CassetteView }) {
  const rows = useMemo(
    () => calls.map((call, index) => ({ key: String(index), call, index, where: call.step })),
    [calls],
  );
  if (rows.length === 0) {
    return (
      <EmptyState
        icon={CassetteTape}
        title={t("cassettes.emptyOne")}
        text={t("cassettes.emptyOneHint")}
      />
    );
  }
  return (
    <CallBrowser
      label={cassette.name}
      rows={rows}
      detail={({ index }) => <WholeCall name={cassette.name} call={index} />}
    />
  );
}

function WholeCall({ name, call }: { name: string; call: number }) {
  const { data, error } = useCall("cassettes.call", { name, call });
  if (error) return <EmptyState title={t("cassettes.callFailed")} text={error.message} />;
  if (data === null) return <Spinner label={t("cassettes.loading")} />;
  return <ExchangeDetail exchange={data} />;
}
