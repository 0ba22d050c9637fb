import { useMemo } from "react";
import { edit } from "../actions/editing";
import type { Var } from "../bindings/Var";
import { FormContext, type FormDoor } from "../form/door";
import { Findings } from "../form/FieldRow";
import { Grid } from "../form/Grid";
import { TextCell } from "../form/GridCell";
import { changeLabel } from "../form/labels";
import type { Row } from "../form/rows";
import { useDraft } from "../form/useDraft";
import { EmptyState } from "../kit/EmptyState";
import { TextInput } from "../kit/TextInput";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import { FlowSettings } from "./FlowSettings";
import styles from "./Inspector.module.css";
import { rowsOfVars, varsOfRows, withRow, withRows } from "./vars";

/** The flow itself, when nothing on the canvas is selected: what it is for, and its variables. */
export function FlowPane() {
  const open = useGantry((state) => state.open);
  if (open === null) return <EmptyState title={t("inspector.empty.title")} />;
  const { flow, findings } = open;
  return (
    <div className={styles.scroll}>
      <h2 className={styles.title}>{flow.name}</h2>
      <About about={flow.about ?? ""} />
      <Vars key={flow.id} vars={flow.vars ?? {}} />
      <FlowSettings key={`settings ${flow.id}`} flow={flow} />
      <Findings found={findings.diagnostics.filter((each) => each.at.node === undefined)} />
      <p className={styles.quiet}>{t("inspector.empty.hint")}</p>
    </div>
  );
}

function About({ about }: { about: string }) {
  const { draft, type, flush } = useDraft(about, (value) => {
    edit(changeLabel(t("flow.about")), { type: "set_flow", key: "/about", value });
  });
  return (
    <TextInput
      label={t("flow.about")}
      rows={3}
      value={draft}
      placeholder={t("flow.aboutPlaceholder")}
      onChange={type}
      onBlur={flush}
    />
  );
}

const DOOR: FormDoor = {
  diagnostics: [],
  readOnly: false,
  change: () => undefined,
  names: { items: undefined, vars: [], env: [], nodes: [] },
  preview: undefined,
  active: undefined,
  activate: () => undefined,
};

function Vars({ vars }: { vars: { [key in string]: Var } }) {
  const stored = useMemo(() => rowsOfVars(vars), [vars]);
  const { draft, type, flush } = useDraft<Row[]>(stored, (rows) => {
    edit(changeLabel(t("flow.vars")), { type: "set_flow", key: "/vars", value: varsOfRows(rows) });
  });
  const columns = (["name", "value", "about"] as const).map((key) => ({
    key,
    label: t(`flow.var.${key}`),
    header: t(`flow.var.${key}`),
    width: key === "name" ? "minmax(84px, 1fr)" : "minmax(110px, 2fr)",
  }));
  return (
    <section className={styles.section}>
      <span className={styles.label}>{t("flow.vars")}</span>
      <FormContext value={DOOR}>
        <Grid
          label={t("flow.vars")}
          rows={draft}
          columns={columns}
          readOnly={false}
          cell={(row, index, column) => (
            <TextCell
              label={t("form.rows.cell", { label: column.label, n: index + 1 })}
              placeholder=""
              readOnly={false}
              value={row[column.key]}
              isPlain={column.key !== "value"}
              onChange={(value) => {
                type(withRow(draft, index, column.key, value));
                flush();
              }}
            />
          )}
          onRows={type}
          onPaste={(start, block) => type(withRows(draft, start, block))}
        />
      </FormContext>
      <p className={styles.quiet}>{t("flow.varsHint")}</p>
    </section>
  );
}
