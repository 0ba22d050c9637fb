import { CircleCheck, CircleX, History, ShieldCheck } from "lucide-react";
import { openRun } from "../actions/runs";
import { goToField } from "../actions/select";
import type { NetworkEntry } from "../bindings/NetworkEntry";
import { FromBadge } from "../inspector/FromBadge";
import { Badge } from "../kit/Badge";
import { Button } from "../kit/Button";
import { Facts } from "../kit/Facts";
import { formatBytes, formatDate, formatDuration } from "../words/format";
import { t } from "../words/t";
import styles from "./Network.module.css";

type Props = { entry: NetworkEntry; where: string | undefined };

/** What the log knows of one call. Its bodies are with its run. */
export function EntryDetail({ entry, where }: Props) {
  const { run, node } = entry;
  const facts: [string, string | undefined][] = [
    [t("network.at"), formatDate(entry.at)],
    [t("network.where"), where],
    [t("network.connection"), entry.connection],
    [t("network.status"), entry.status?.toString()],
    [t("network.took"), formatDuration(entry.took_ms)],
    [t("network.out"), formatBytes(entry.bytes_out)],
    [t("network.in"), formatBytes(entry.bytes_in)],
  ];
  const open = async () => {
    if (run === undefined) return;
    await openRun(run);
    if (node !== undefined) goToField(node, "/raw");
  };
  return (
    <>
      <code className={styles.url}>
        <b>{entry.method}</b> {entry.url}
      </code>
      <p className={styles.marks}>
        {entry.has_left ? (
          <Badge icon={entry.error === undefined ? CircleCheck : CircleX}>
            {t("network.hasLeft")}
          </Badge>
        ) : (
          <Badge tone="ok" icon={ShieldCheck}>
            {t("network.stayed")}
          </Badge>
        )}
        <FromBadge from={entry.from} />
      </p>
      {entry.error !== undefined && <p className={styles.error}>{entry.error}</p>}
      <Facts facts={facts} />
      {run !== undefined && (
        <div>
          <Button size="small" icon={History} onPress={() => void open()}>
            {t("network.openRun")}
          </Button>
        </div>
      )}
    </>
  );
}
