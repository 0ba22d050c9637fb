import { useContext, useMemo, useState } from "react";
import { setAtOnce, setHosts, setOverlap, setSchema } from "../actions/flow-settings";
import type { FlowFile } from "../bindings/FlowFile";
import type { Overlap } from "../bindings/Overlap";
import { FormContext, type FormDoor } from "../form/door";
import { JsonInput } from "../form/kinds/JsonInput";
import { useDraft } from "../form/useDraft";
import { Select } from "../kit/Select";
import { TextInput } from "../kit/TextInput";
import { hostsOfText, OVERLAPS } from "../model/flow-settings";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./Inspector.module.css";

/** What holds for the flow as a whole: a second start, the hosts it may reach, its contract. */
export function FlowSettings({ flow }: { flow: FlowFile }) {
  const past = useGantry((state) => state.past);
  return (
    <section className={styles.settings} aria-label={t("flowSettings.title")}>
      <Overlaps flow={flow} readOnly={past} />
      <Hosts hosts={flow.hosts ?? []} readOnly={past} />
      <div className={styles.section}>
        <span className={styles.label}>{t("flowSettings.contract")}</span>
        <p className={styles.quiet}>{t("flowSettings.contract.help")}</p>
        <Schema side="input" schema={flow.contract?.input} readOnly={past} />
        <Schema side="output" schema={flow.contract?.output} readOnly={past} />
      </div>
    </section>
  );
}

function Overlaps({ flow, readOnly }: { flow: FlowFile; readOnly: boolean }) {
  const overlap = flow.runs?.overlap ?? "parallel";
  const stored = flow.runs?.at_once === undefined ? "" : String(flow.runs.at_once);
  const { draft, type, flush } = useDraft(stored, (text) => {
    const n = Number(text);
    setAtOnce(text.trim() === "" || !Number.isFinite(n) ? null : n);
  });
  const isWrong = draft.trim() !== "" && !/^[1-9]\d*$/.test(draft.trim());
  return (
    <>
      <Select<Overlap>
        label={t("flowSettings.overlap")}
        value={overlap}
        disabled={readOnly}
        options={OVERLAPS.map((value) => ({
          value,
          label: t(`flowSettings.overlap.${value}`),
          about: t(`flowSettings.overlap.${value}.about`),
        }))}
        help={t(`flowSettings.overlap.${overlap}.about`)}
        onChange={setOverlap}
      />
      {overlap !== "parallel" && (
        <TextInput
          label={t("flowSettings.atOnce")}
          value={draft}
          placeholder="1"
          help={t("flowSettings.atOnce.help")}
          disabled={readOnly}
          {...(isWrong ? { error: t("flowSettings.atOnce.wrong") } : {})}
          onChange={type}
          onBlur={flush}
        />
      )}
    </>
  );
}

function Hosts({ hosts, readOnly }: { hosts: readonly string[]; readOnly: boolean }) {
  // The text as it was typed, with its empty lines, as long as it means what is stored.
  const [written, setWritten] = useState("");
  const isSame = (hostsOfText(written) ?? []).join() === hosts.join();
  const stored = isSame ? written : hosts.join("\n");
  const { draft, type, flush } = useDraft(stored, (text) => {
    setWritten(text);
    setHosts(text);
  });
  return (
    <TextInput
      label={t("flowSettings.hosts")}
      rows={Math.min(8, Math.max(2, draft.split("\n").length))}
      mono
      value={draft}
      placeholder="api.example.com"
      help={t("flowSettings.hosts.help")}
      disabled={readOnly}
      onChange={type}
      onBlur={flush}
    />
  );
}

type SchemaProps = { side: "input" | "output"; schema: unknown; readOnly: boolean };

function Schema({ side, schema, readOnly }: SchemaProps) {
  const label = t(`flowSettings.${side}`);
  const surroundings = useContext(FormContext);
  const door = useMemo(
    (): FormDoor => ({
      ...surroundings,
      readOnly,
      change: (_key, value) => setSchema(side, value),
    }),
    [surroundings, readOnly, side],
  );
  return (
    <div>
      <span className={styles.quiet}>{label}</span>
      <FormContext value={door}>
        <JsonInput
          kind={{ type: "json" }}
          label={label}
          pointer={`/contract/${side}`}
          value={schema}
          fallback={undefined}
          placeholder={t("flowSettings.schemaPlaceholder")}
        />
      </FormContext>
    </div>
  );
}
