import { Copy, Inbox, Search, X } from "lucide-react";
import { useCallback, useDeferredValue, useMemo, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { toast } from "../actions/context";
import type { Tap } from "../bindings/Tap";
import { Segments } from "../form/Segments";
import { IconButton } from "../kit/Button";
import { EmptyState } from "../kit/EmptyState";
import { Menu } from "../kit/Menu";
import { Spinner } from "../kit/Spinner";
import { TextInput } from "../kit/TextInput";
import { formatCount } from "../words/format";
import { t } from "../words/t";
import { asCells, asCsv, asJson } from "./copy";
import styles from "./DataPane.module.css";
import { JsonView } from "./JsonView";
import { loaded, type Pages } from "./pages";
import { shownRows } from "./rows";
import { SchemaView } from "./SchemaView";
import { TableView } from "./TableView";
import { usePages } from "./usePages";

type View = "table" | "json" | "schema";

/** The view last chosen: the next node opens with it. */
const chosenView = createStore<{ view: View }>(() => ({ view: "table" }));

type Props = {
  run: string | undefined;
  tap: Tap | undefined;
  /** How many items passed so far, to load again while a run goes on. */
  version: number;
  /** What stands there without a run or without items. */
  empty: { title: string; text: string };
};

/** Items of a run: as a table, as JSON, or as a schema. All three show the same selected item. */
export function DataPane({ run, tap, version, empty }: Props) {
  const { pages, isBusy, need } = usePages(run, tap, version);
  const view = useStore(chosenView, (state) => state.view);
  const [selected, setSelected] = useState(0);
  const [search, setSearch] = useState<string>();
  const wanted = useDeferredValue(search ?? "");
  const rows = useMemo(() => shownRows(pages, wanted), [pages, wanted]);
  const values = useMemo(() => loaded(pages).map((sample) => sample.value), [pages]);
  const needRows = useCallback(
    (first: number, last: number) => {
      // A search looks at every item that was kept, so all of them are loaded.
      if (wanted === "") need(first, last);
      else need(0, Number.MAX_SAFE_INTEGER);
    },
    [need, wanted],
  );

  if (pages.error !== undefined && pages.items.length === 0) {
    return <EmptyState title={t("data.failed")} text={pages.error} />;
  }
  if (pages.kept === 0) {
    if (isBusy) return <Spinner label={t("data.loading")} />;
    return <EmptyState icon={Inbox} title={empty.title} text={empty.text} />;
  }
  return (
    <div className={styles.pane}>
      <div className={styles.bar}>
        <Segments
          label={t("data.view")}
          value={view}
          options={[
            { value: "table", label: t("data.table") },
            { value: "json", label: t("data.json") },
            { value: "schema", label: t("data.schema") },
          ]}
          onChange={(next) => chosenView.setState({ view: next })}
        />
        <span className={styles.count} title={pages.limit}>
          {countOf(pages, wanted, rows.length)}
        </span>
        <IconButton
          label={t("data.search")}
          icon={search === undefined ? Search : X}
          size="small"
          pressed={search !== undefined}
          onPress={() => setSearch(search === undefined ? "" : undefined)}
        />
        <CopyMenu values={values} />
      </div>
      {search !== undefined && (
        <div className={styles.search}>
          <TextInput
            label={t("data.search")}
            labelHidden
            autoFocus
            icon={Search}
            value={search}
            placeholder={t("data.searchHint")}
            onChange={setSearch}
            onKeyDown={(event) => {
              if (event.key !== "Escape") return;
              event.stopPropagation();
              setSearch(undefined);
            }}
          />
        </div>
      )}
      <div className={styles.body}>
        {view === "table" && (
          <TableView rows={rows} selected={selected} onSelect={setSelected} onNeed={needRows} />
        )}
        {view === "json" && (
          <JsonView rows={rows} selected={selected} onSelect={setSelected} onNeed={needRows} />
        )}
        {view === "schema" && <SchemaView run={run} tap={tap} version={version} values={values} />}
      </div>
    </div>
  );
}

function countOf(pages: Pages, wanted: string, found: number): string {
  if (wanted !== "")
    return t("data.found", { n: formatCount(found), kept: formatCount(pages.kept) });
  if (pages.kept === pages.total) {
    return pages.total === 1
      ? t("data.countOne")
      : t("data.count", { count: formatCount(pages.total) });
  }
  return t("data.limited", { kept: formatCount(pages.kept), total: formatCount(pages.total) });
}

function CopyMenu({ values }: { values: readonly unknown[] }) {
  const copy = (text: string) => {
    navigator.clipboard.writeText(text).then(
      () => toast("ok", t("data.copied", { n: values.length })),
      () => toast("error", t("data.copyFailed")),
    );
  };
  return (
    <Menu
      label={t("data.copy")}
      placement="bottom end"
      entries={[
        { id: "json", label: t("data.copyJson"), run: () => copy(asJson(values)) },
        { id: "csv", label: t("data.copyCsv"), run: () => copy(asCsv(values)) },
        { id: "cells", label: t("data.copyCells"), run: () => copy(asCells(values)) },
      ]}
    >
      <AriaButton className={styles.copy ?? ""} aria-label={t("data.copy")}>
        <Copy size={14} aria-hidden />
      </AriaButton>
    </Menu>
  );
}
