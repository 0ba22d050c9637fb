import { useMemo, useState } from "react";
import type { InboxItem } from "../bindings/InboxItem";
import { cellText, kindOf } from "../data/cells";
import { JsonEditor, jsonText } from "../data/JsonEditor";
import { JsonLines } from "../data/JsonLines";
import { Segments } from "../form/Segments";
import { store } from "../model/store";
import { t } from "../words/t";
import styles from "./Inbox.module.css";

type View = "table" | "json" | "edit";
type Props = { item: InboxItem; draft: string | null; canEdit: boolean };

/** The data that a question is about: field by field, as JSON, or to be changed. */
export function ItemView({ item, draft, canEdit }: Props) {
  const [view, setView] = useState<View>(draft === null ? "table" : "edit");
  const roots = useMemo(() => [item.value], [item.value]);
  const views: View[] = canEdit ? ["table", "json", "edit"] : ["table", "json"];
  return (
    <>
      <div className={styles.dataHead}>
        <h3 className={styles.label}>{t("inbox.item")}</h3>
        <Segments
          label={t("inbox.view")}
          value={view}
          options={views.map((value) => ({ value, label: t(`inbox.view.${value}`) }))}
          onChange={setView}
        />
      </div>
      {view === "table" && <FieldTable value={item.value} />}
      {view === "json" && (
        <div className={styles.json}>
          <JsonLines roots={roots} foldFrom={3} />
        </div>
      )}
      {view === "edit" && (
        <JsonEditor
          label={t("inbox.item")}
          text={draft ?? jsonText(item.value)}
          onChange={(text) =>
            store.setState(({ inbox }) => ({
              inbox: {
                ...inbox,
                draft: {
                  id: item.id,
                  note: inbox.draft?.id === item.id ? inbox.draft.note : "",
                  text,
                },
              },
            }))
          }
        />
      )}
    </>
  );
}

/** The fields that a table shows, those inside objects with their path. */
function fieldsOf(value: unknown, path = ""): [string, unknown][] {
  const kind = kindOf(value);
  const isNested = kind === "object" || (kind === "list" && path !== "");
  if (!isNested) return [[path, value]];
  const entries = Object.entries(Object(value));
  if (entries.length === 0) return [[path, value]];
  return entries.flatMap(([key, inner]) => fieldsOf(inner, path === "" ? key : `${path}.${key}`));
}

const MOST = 500;

function FieldTable({ value }: { value: unknown }) {
  const fields = useMemo(() => fieldsOf(value).slice(0, MOST), [value]);
  return (
    <div className={styles.tableBox}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t("inbox.field")}</th>
            <th scope="col">{t("inbox.value")}</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(([field, each]) => (
            <tr key={field}>
              <th scope="row">{field || t("inbox.item")}</th>
              <td data-kind={kindOf(each)}>{cellText(each)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
