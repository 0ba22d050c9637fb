import {
  ChevronLeft,
  ChevronRight,
  CircleCheck,
  CircleX,
  Inbox,
  Play,
  SkipForward,
} from "lucide-react";
import { useMemo } from "react";
import { keysOf } from "../actions/all";
import { startRun } from "../actions/runs";
import type { FieldIssue } from "../bindings/FieldIssue";
import type { PreviewItem } from "../bindings/PreviewItem";
import { JsonLines } from "../data/JsonLines";
import { TableView } from "../data/TableView";
import { Segments } from "../form/Segments";
import { Badge } from "../kit/Badge";
import { Button, IconButton } from "../kit/Button";
import { EmptyState } from "../kit/EmptyState";
import { isUnderWay, useGantry } from "../model/store";
import { formatCount } from "../words/format";
import { t } from "../words/t";
import { useMapping } from "./mapping";
import { fieldAt, pathOfPointer } from "./model/fields";
import { rowId } from "./model/targets";
import styles from "./PreviewPane.module.css";
import { mapper, showItem, showNextFailing, useMapper } from "./store";

/** What the mapping gives for the first items: one beside its output, or all outputs as a table. */
export function PreviewPane() {
  const { preview } = useMapping();
  const view = useMapper((state) => state.view);
  const index = useMapper((state) => state.item);
  const shown = preview.items[index];
  if (preview.refused !== undefined) {
    return <EmptyState title={t("mapper.noPreview")} text={preview.refused} />;
  }
  if (shown === undefined) return preview.isCurrent ? <NoItems /> : null;
  return (
    <section
      className={styles.pane}
      aria-label={t("mapper.preview")}
      data-old={!preview.isCurrent || undefined}
    >
      <Bar />
      {view === "item" ? <OneItem item={shown} /> : <Outputs />}
    </section>
  );
}

function NoItems() {
  const isRunning = useGantry(isUnderWay);
  return (
    <EmptyState icon={Inbox} title={t("mapper.noRun")} text={t("mapper.noRunHint")}>
      <Button variant="primary" icon={Play} disabled={isRunning} onPress={() => void startRun()}>
        {t("mapper.runOnce")}
      </Button>
    </EmptyState>
  );
}

function Bar() {
  const { preview } = useMapping();
  const { fine, failing, items } = preview;
  const view = useMapper((state) => state.view);
  const index = useMapper((state) => state.item);
  return (
    <div className={styles.bar}>
      <h2 className={styles.title}>{t("mapper.preview")}</h2>
      <Segments
        label={t("mapper.view")}
        value={view}
        options={[
          { value: "item", label: t("mapper.view.item") },
          { value: "table", label: t("mapper.view.table") },
        ]}
        onChange={(next) => mapper.setState({ view: next })}
      />
      <IconButton
        label={t("preview.previous")}
        icon={ChevronLeft}
        size="small"
        disabled={index === 0}
        onPress={() => showItem(index - 1)}
      />
      <span className={styles.place}>
        {t("preview.place", { n: formatCount(index + 1), count: formatCount(items.length) })}
      </span>
      <IconButton
        label={t("preview.next")}
        icon={ChevronRight}
        size="small"
        disabled={index >= items.length - 1}
        onPress={() => showItem(index + 1)}
      />
      <span className={styles.gap} />
      {fine > 0 && (
        <Badge tone="ok" icon={CircleCheck}>
          {t("mapper.fine", { n: fine })}
        </Badge>
      )}
      {failing > 0 && (
        <>
          <Badge tone="error" icon={CircleX}>
            {t("preview.failing", { n: failing })}
          </Badge>
          <IconButton
            label={t("preview.nextFailing")}
            icon={SkipForward}
            keys={keysOf("next-failing")}
            size="small"
            placement="top"
            onPress={showNextFailing}
          />
        </>
      )}
    </div>
  );
}

function OneItem({ item }: { item: PreviewItem }) {
  const input = useMemo(() => [item.input], [item.input]);
  const output = useMemo(() => [item.output], [item.output]);
  return (
    <div className={styles.item}>
      <div className={styles.side}>
        <h3 className={styles.label}>
          {t("inspector.input")} <code>{item.item}</code>
        </h3>
        <div className={styles.json}>
          <JsonLines key={item.item} roots={input} foldFrom={3} />
        </div>
      </div>
      <div className={styles.side} data-side="output">
        <h3 className={styles.label}>{t("inspector.output")}</h3>
        {item.troubles.length > 0 && (
          <ul className={styles.troubles}>
            {item.troubles.map((trouble) => (
              <Trouble key={`${trouble.key} ${trouble.entries.join(".")}`} trouble={trouble} />
            ))}
          </ul>
        )}
        {item.output !== undefined && (
          <div className={styles.json}>
            <JsonLines key={item.item} roots={output} foldFrom={3} />
          </div>
        )}
      </div>
    </div>
  );
}

function Trouble({ trouble }: { trouble: FieldIssue }) {
  const { fields } = useMapping();
  const path = pathOfPointer(trouble.key);
  const name = path === undefined ? undefined : fieldAt(fields, path)?.to;
  return (
    <li className={styles.trouble}>
      <CircleX size={14} aria-label={t("severity.error")} />
      <span className={styles.message}>{trouble.error.message}</span>
      {path !== undefined && name !== undefined && (
        <Button
          size="small"
          variant="quiet"
          onPress={() => mapper.setState({ target: rowId(path) })}
        >
          {t("mapper.goTo", { name })}
        </Button>
      )}
    </li>
  );
}

const nothing = () => undefined;

function Outputs() {
  const { preview } = useMapping();
  const index = useMapper((state) => state.item);
  const rows = useMemo(
    () =>
      preview.items.flatMap((item, at) =>
        item.output === undefined
          ? []
          : [{ index: at, lineage: item.item, value: item.output, isLoaded: true }],
      ),
    [preview.items],
  );
  if (rows.length === 0) {
    return <EmptyState icon={CircleX} title={t("mapper.allFail")} text={t("mapper.allFailHint")} />;
  }
  return (
    <div className={styles.table}>
      <TableView rows={rows} selected={index} onSelect={showItem} onNeed={nothing} />
    </div>
  );
}
