import { useState } from "react";
import type { Field } from "../../bindings/Field";
import type { FieldKind } from "../../bindings/FieldKind";
import { ResultPreview } from "../../code/ResultPreview";
import { usePreview } from "../../code/usePreview";
import { Button } from "../../kit/Button";
import { t } from "../../words/t";
import { useForm } from "../door";
import { Findings } from "../FieldRow";
import { within } from "../findings";
import { Grid, type GridColumn } from "../Grid";
import { GridCell } from "../GridCell";
import type { KindProps } from "../kind";
import { changeLabel } from "../labels";
import { isWithin, join } from "../pointer";
import { type Row, readValue, rowsOf, withBlock } from "../rows";
import { TableEditor } from "../TableEditor";

type Props = KindProps<Extract<FieldKind, { type: "rows" }>>;

/** A list of objects, shown as a table with one row each. */
export function RowsInput({ kind, label, pointer, value }: Props) {
  const { change, readOnly, diagnostics } = useForm();
  const rows = rowsOf(value);
  const [showsAll, setShowsAll] = useState(false);
  const isHidden = (field: Field) => !isNeeded(field, kind.columns, rows);
  const hidden = kind.columns.filter(isHidden);
  if (kind.columns.length === 0)
    return <TableEditor label={label} pointer={pointer} value={value} />;
  const fields = kind.columns.filter((field) => showsAll || !isHidden(field));
  const set = (next: Row[]) =>
    change(pointer, next.length === 0 ? undefined : next, changeLabel(label));
  const fieldOf = (key: string) => fields.find((field) => field.key === key);
  return (
    <>
      <Grid
        label={label}
        rows={rows}
        columns={fields.map(columnOf)}
        readOnly={readOnly}
        cell={(row, index, column) => {
          const field = fieldOf(column.key);
          if (field === undefined) return null;
          return (
            <GridCell
              field={field}
              row={index}
              pointer={join(pointer, index, field.key)}
              value={row[field.key]}
            />
          );
        }}
        onRows={set}
        onPaste={(start, block) =>
          set(
            withBlock(
              rows,
              fields.map((field) => field.key),
              start,
              block,
              (text, key) => readCell(fieldOf(key), text),
            ),
          )
        }
      >
        {hidden.length > 0 && (
          <Button size="small" variant="quiet" onPress={() => setShowsAll(!showsAll)}>
            {showsAll
              ? t("form.rows.fewerColumns")
              : t("form.rows.moreColumns", { n: hidden.length })}
          </Button>
        )}
      </Grid>
      <RowPreview fields={fields} rows={rows} pointer={pointer} />
      <Findings found={within(diagnostics, pointer).filter((each) => each.at.key !== pointer)} />
    </>
  );
}

/** What the cell in use gives for the last run's items. */
function RowPreview({
  fields,
  rows,
  pointer,
}: {
  fields: readonly Field[];
  rows: readonly Row[];
  pointer: string;
}) {
  const { active, preview } = useForm();
  const key =
    active !== undefined && isWithin(active, pointer)
      ? active.slice(pointer.length + 1).split("/")
      : [];
  const field = fields.find((each) => each.key === key[1]);
  const value = rows[Number(key[0])]?.[key[1] ?? ""];
  const text = typeof value === "string" ? value : "";
  const isTemplate = field?.kind.type === "template";
  const isWatched =
    text !== "" && (field?.kind.type === "expression" || (isTemplate && text.includes("{{")));
  const results = usePreview(isWatched ? preview : undefined, text, isTemplate);
  return isWatched ? <ResultPreview results={results} /> : null;
}

/** Whether a column shows at once: the first two, those that must be filled in, those in use. */
function isNeeded(field: Field, columns: readonly Field[], rows: readonly Row[]): boolean {
  if (rows.some((row) => row[field.key] !== undefined)) return true;
  return !field.advanced && (field.required || columns.indexOf(field) < 2);
}

function columnOf(field: Field): GridColumn {
  const narrow =
    field.kind.type === "choice" || field.kind.type === "bool" || field.kind.type === "number";
  return {
    key: field.key,
    label: field.help ? `${field.label}: ${field.help}` : field.label,
    header: field.label,
    width: narrow ? "minmax(92px, 1fr)" : "minmax(96px, 2fr)",
  };
}

function readCell(field: Field | undefined, text: string): unknown {
  switch (field?.kind.type) {
    case "choice": {
      const wanted = text.trim().toLowerCase();
      const option = field.kind.options.find(
        (each) => each.value.toLowerCase() === wanted || each.label.toLowerCase() === wanted,
      );
      return option?.value ?? text;
    }
    case "number":
    case "bool":
    case "json":
      return readValue(text.trim());
    default:
      return text;
  }
}
