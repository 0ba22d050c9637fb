import { ChevronDown, ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import type { Tap } from "../bindings/Tap";
import { useCall } from "../host/useCall";
import { VirtualList } from "../kit/VirtualList";
import { t } from "../words/t";
import { shapeOfSchema } from "./hostSchema";
import styles from "./SchemaView.module.css";
import { type SchemaRow, schemaRows, shapeOf } from "./schema";

type Props = {
  run: string | undefined;
  tap: Tap | undefined;
  version: number;
  /** The items that are loaded, for a host that gives no schema. */
  values: readonly unknown[];
};

const ROW = 30;

/** The shape of the items: fields, types, how often they are there, and samples. */
export function SchemaView({ run, tap, version, values }: Props) {
  const { data } = useCall("runs.schema", run && tap ? { run, tap } : null, version);
  const shape = useMemo(() => shapeOfSchema(data) ?? shapeOf(values), [data, values]);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => schemaRows(shape, folded), [shape, folded]);
  const toggle = (path: string) => {
    const next = new Set(folded);
    if (!next.delete(path)) next.add(path);
    setFolded(next);
  };
  return (
    <div className={styles.view}>
      <div className={styles.head}>
        <span className={styles.name}>{t("schema.field")}</span>
        <span className={styles.type}>{t("schema.type")}</span>
        <span className={styles.fill}>{t("schema.filled")}</span>
        <span className={styles.samples}>{t("schema.samples")}</span>
      </div>
      {rows.length === 0 && values.length > 0 && (
        <p className={styles.none}>{t("data.noFields", { n: values.length })}</p>
      )}
      <div className={styles.rows}>
        <VirtualList
          label={t("data.schema")}
          items={rows}
          rowHeight={ROW}
          keyOf={(row) => row.path}
          render={(row) => <Row row={row} isFolded={folded.has(row.path)} onToggle={toggle} />}
        />
      </div>
    </div>
  );
}

type RowProps = { row: SchemaRow; isFolded: boolean; onToggle: (path: string) => void };

function Row({ row, isFolded, onToggle }: RowProps) {
  const Icon = isFolded ? ChevronRight : ChevronDown;
  const percent = Math.round(row.fill * 100);
  return (
    <div className={styles.row}>
      <span className={styles.name} style={{ paddingLeft: row.depth * 14 }}>
        {row.hasChildren ? (
          <button
            type="button"
            className={styles.toggle}
            aria-expanded={!isFolded}
            aria-label={isFolded ? t("data.unfold") : t("data.fold")}
            onClick={() => onToggle(row.path)}
          >
            <Icon size={12} aria-hidden />
          </button>
        ) : (
          <span className={styles.toggle} />
        )}
        <span className={styles.key} title={row.name}>
          {row.name}
        </span>
      </span>
      <span className={styles.type}>
        {row.types.map((type) => t(`kind.${type}`)).join(` ${t("schema.or")} `) || t("kind.null")}
        {row.isNullable && row.types.length > 0 && (
          <em className={styles.sign}>{t("schema.nullable")}</em>
        )}
        {row.isOptional && <em className={styles.sign}>{t("schema.optional")}</em>}
      </span>
      <span className={styles.fill} title={t("schema.filledHint", { percent })}>
        <span className={styles.bar} aria-hidden>
          <span className={styles.full} style={{ width: `${percent}%` }} />
        </span>
        {t("schema.percent", { percent })}
      </span>
      <span className={styles.samples} title={row.samples.join("\n")}>
        {row.samples.join(" · ")}
      </span>
    </div>
  );
}
