import { CircleParking, RotateCw, ShieldCheck } from "lucide-react";
import { useMemo, useState } from "react";
import { Radio, RadioGroup } from "react-aria-components";
import { showParkedOfRun } from "../actions/parked";
import { retryRun } from "../actions/retry";
import type { RetryFrom } from "../bindings/RetryFrom";
import type { RetryVersion } from "../bindings/RetryVersion";
import type { RunSummary } from "../bindings/RunSummary";
import { useCall } from "../host/useCall";
import { Button } from "../kit/Button";
import { Dialog } from "../kit/Dialog";
import { Select } from "../kit/Select";
import { factsOf } from "../model/facts";
import { walk } from "../model/flow";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./RetryDialog.module.css";

type From = RetryFrom["type"];
type Choice<Value extends string> = { value: Value; label: string; about: string; off?: boolean };

/** Asks from where, and with which version of its flow, a run is done again. */
export function RetryDialog({ run, onClose }: { run: RunSummary; onClose: () => void }) {
  const { nodes, failed } = useNodesOf(run.id);
  const [chosen, setFrom] = useState<From>();
  const [node, setNode] = useState<string | null>(null);
  const [version, setVersion] = useState<RetryVersion>("current");
  const hasFailed = failed.length > 0;
  const from = chosen ?? (hasFailed ? "failed" : "start");
  const start = () => {
    if (from === "node" && node === null) return;
    const whence: RetryFrom = from === "node" && node !== null ? { type: from, node } : whole(from);
    void retryRun(run, whence, version);
  };
  return (
    <Dialog title={t("retry.title")} onClose={onClose}>
      <div className={styles.body}>
        <p className={styles.what}>
          {run.flow_name} · {run.summary}
        </p>
        <Choices<From>
          label={t("retry.from")}
          value={from}
          onChange={setFrom}
          choices={[
            {
              value: "failed",
              label: hasFailed
                ? `${t("retry.from.failed")}: ${failed.join(", ")}`
                : t("retry.from.failed"),
              about: t(hasFailed ? "retry.from.failed.about" : "retry.from.failed.none"),
              off: !hasFailed,
            },
            { value: "node", label: t("retry.from.node"), about: t("retry.from.node.about") },
            { value: "start", label: t("retry.from.start"), about: t("retry.from.start.about") },
          ]}
        />
        {from === "node" && (
          <div className={styles.node}>
            <Select
              label={t("retry.node")}
              value={node}
              options={nodes.map(({ id, title }) => ({ value: id, label: title }))}
              placeholder={t("retry.node")}
              onChange={setNode}
            />
          </div>
        )}
        <Choices<RetryVersion>
          label={t("retry.version")}
          value={version}
          onChange={setVersion}
          choices={[
            {
              value: "current",
              label: t("retry.version.current"),
              about: t("retry.version.current.about"),
            },
            { value: "run", label: t("retry.version.run"), about: t("retry.version.run.about") },
          ]}
        />
        <p className={styles.safe}>
          <ShieldCheck size={16} aria-hidden />
          {t("retry.about")}
        </p>
        <div className={styles.buttons}>
          {run.rejected > 0 && (
            <Button variant="quiet" icon={CircleParking} onPress={() => showParkedOfRun(run.id)}>
              {t("retry.parked")}
            </Button>
          )}
          <span className={styles.gap} />
          <Button onPress={onClose}>{t("retry.cancel")}</Button>
          <Button
            variant="primary"
            icon={RotateCw}
            autoFocus
            disabled={from === "node" && node === null}
            onPress={start}
          >
            {t("retry.run")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function whole(from: From): RetryFrom {
  return from === "failed" ? { type: "failed" } : { type: "start" };
}

/** The nodes of the run that another one can begin at, and the names of those that failed in it. */
function useNodesOf(run: string) {
  const { data } = useCall("runs.open", { run });
  const catalogue = useGantry((state) => state.catalogue);
  return useMemo(() => {
    if (data === null) return { nodes: [], failed: [] };
    const title = new Map(
      [...walk(data.flow)].map(({ node }) => [
        node.id,
        factsOf(node, data.findings, catalogue).title,
      ]),
    );
    // Nodes inside a scope begin with the scope.
    const nodes = data.flow.nodes.map(({ id }) => ({ id, title: title.get(id) ?? id }));
    const failed = Object.entries(data.nodes)
      .filter(([, { status, counts }]) => status === "failed" || counts.rejected > 0)
      .map(([id]) => title.get(id) ?? id);
    return { nodes, failed };
  }, [data, catalogue]);
}

type ChoicesProps<Value extends string> = {
  label: string;
  value: Value;
  choices: Choice<Value>[];
  onChange: (value: Value) => void;
};

function Choices<Value extends string>({ label, value, choices, onChange }: ChoicesProps<Value>) {
  return (
    <div>
      <span className={styles.label} aria-hidden>
        {label}
      </span>
      <RadioGroup
        className={styles.choices ?? ""}
        aria-label={label}
        value={value}
        onChange={(key) => {
          const choice = choices.find((each) => each.value === key);
          if (choice) onChange(choice.value);
        }}
      >
        {choices.map((each) => (
          <Radio
            key={each.value}
            value={each.value}
            isDisabled={each.off ?? false}
            className={styles.choice ?? ""}
          >
            <span className={styles.dot} />
            <span>
              {each.label}
              <span className={styles.about}>{each.about}</span>
            </span>
          </Radio>
        ))}
      </RadioGroup>
    </div>
  );
}
