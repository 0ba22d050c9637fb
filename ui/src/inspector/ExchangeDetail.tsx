import { Terminal } from "lucide-react";
import { useMemo, useState } from "react";
import { toast } from "../actions/context";
import type { Exchange } from "../bindings/Exchange";
import type { Snippet } from "../bindings/Snippet";
import { JsonLines } from "../data/JsonLines";
import { Segments } from "../form/Segments";
import { Button } from "../kit/Button";
import { formatBytes, formatDuration, formatTime } from "../words/format";
import { t } from "../words/t";
import { readable } from "./bodies";
import { asCurl } from "./curl";
import styles from "./Exchange.module.css";
import { ExchangeFacts } from "./ExchangeFacts";
import { FromBadge } from "./FromBadge";

type Headers = Exchange["request_headers"];
type Side = "response" | "request";

/** One call as it went over the wire: request and answer, headers and bodies. */
export function ExchangeDetail({ exchange }: { exchange: Exchange }) {
  const [side, setSide] = useState<Side>(exchange.status === undefined ? "request" : "response");
  const copy = () => {
    navigator.clipboard.writeText(asCurl(exchange)).then(
      () => toast("ok", t("raw.curlCopied")),
      () => toast("error", t("data.copyFailed")),
    );
  };
  return (
    <div className={styles.detail}>
      <code className={styles.url}>
        <b>{exchange.method}</b> {exchange.url} <FromBadge from={exchange.from} />
      </code>
      {exchange.error !== undefined && <p className={styles.error}>{exchange.error}</p>}
      <ExchangeFacts exchange={exchange} />
      <div className={styles.bar}>
        <Segments
          label={t("raw.side")}
          value={side}
          options={[
            { value: "response", label: t("raw.response") },
            { value: "request", label: t("raw.request") },
          ]}
          onChange={setSide}
        />
        <span className={styles.time}>
          {t("raw.timing", { at: formatTime(exchange.at), took: formatDuration(exchange.took_ms) })}
        </span>
        <Button size="small" icon={Terminal} onPress={copy}>
          {t("raw.curl")}
        </Button>
      </div>
      {side === "request" ? (
        <Message headers={exchange.request_headers} body={exchange.request_body} />
      ) : (
        <Message headers={exchange.response_headers} body={exchange.response_body} />
      )}
    </div>
  );
}

function Message({ headers, body }: { headers: Headers; body: Snippet | undefined }) {
  return (
    <>
      {headers.length > 0 && (
        <dl className={styles.headers}>
          {headers.map(([name, value], index) => (
            <div
              key={`${name} ${headers.slice(0, index).filter(([other]) => other === name).length}`}
              className={styles.header}
            >
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      <BodyView body={body} headers={headers} />
    </>
  );
}

const TALLEST = 320;
const LINE = 19;

function BodyView({ body, headers }: { body: Snippet | undefined; headers: Headers }) {
  const shown = useMemo(
    () => (body === undefined ? undefined : readable(body, headers)),
    [body, headers],
  );
  const roots = useMemo(
    () => (shown?.language === "json" && shown.isPretty ? [JSON.parse(shown.text)] : undefined),
    [shown],
  );
  if (body === undefined || shown === undefined)
    return <p className={styles.note}>{t("raw.noBody")}</p>;
  if (body.text === "")
    return <p className={styles.note}>{t("raw.binary", { size: formatBytes(body.bytes) })}</p>;
  const height = Math.min(TALLEST, shown.text.split("\n").length * LINE + 12);
  return (
    <>
      {roots === undefined ? (
        <pre className={styles.text}>{shown.text}</pre>
      ) : (
        <div className={styles.json} style={{ height }}>
          <JsonLines roots={roots} foldFrom={3} />
        </div>
      )}
      {body.cut && <p className={styles.note}>{t("raw.cut", { size: formatBytes(body.bytes) })}</p>}
    </>
  );
}
