import { Search, SearchX } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { addNodeHere } from "../actions/nodes";
import { viewport } from "../actions/viewport";
import type { Family } from "../bindings/Family";
import type { NodeInfo } from "../bindings/NodeInfo";
import { EmptyState } from "../kit/EmptyState";
import { TextInput } from "../kit/TextInput";
import { typeInfo } from "../model/facts";
import { findNode } from "../model/flow";
import { homeFirst, scopesAround } from "../model/homes";
import { searchTypes } from "../model/search";
import { type State, useGantry } from "../model/store";
import { t } from "../words/t";
import { DragGhost, usePaletteDrag } from "./drag";
import styles from "./Palette.module.css";
import { TypeRow } from "./TypeRow";
import { useListKeys } from "./useListKeys";

const FAMILIES: Family[] = ["trigger", "system", "data", "control", "file"];

type Group = { id: string; title: string | null; types: NodeInfo[] };

function groupsOf(
  catalogue: NodeInfo[],
  query: string,
  recent: string[],
  around: string | null,
): Group[] {
  const scopes = around === null ? [] : around.split(" ");
  const { home, others } = homeFirst(catalogue, scopes);
  if (query.trim() !== "") {
    return [{ id: "found", title: null, types: searchTypes([...home, ...others], query) }];
  }
  const nearest = typeInfo(catalogue, scopes[0] ?? "")?.title ?? "";
  const last = recent.flatMap((type) => typeInfo(catalogue, type) ?? []);
  const groups = FAMILIES.map((family) => ({
    id: family,
    title: t(`family.${family}`),
    types: catalogue.filter((info) => info.family === family),
  }));
  return [
    { id: "home", title: t("palette.fits", { title: nearest }), types: home },
    { id: "recent", title: t("palette.recent"), types: last },
    ...groups,
  ].filter((group) => group.types.length > 0);
}

/** The types of the scopes that what is put in now would stand in, as one text; null for none. */
function scopesHere({ open, selection }: State): string | null {
  const last = selection.nodes.at(-1);
  const found = open && last !== undefined ? findNode(open.flow, last) : null;
  if (!open || !found) return null;
  const scope = found.node.body ? found.node.id : found.scope;
  return scopesAround(open.flow, scope).join(" ") || null;
}

/** All node types: searched, grouped, put in with Enter or by dragging. */
export function Palette() {
  const catalogue = useGantry((state) => state.catalogue);
  const recent = useGantry((state) => state.panels.recent);
  const [query, setQuery] = useState("");
  const list = useRef<HTMLDivElement>(null);
  const around = useGantry(scopesHere);
  const groups = useMemo(
    () => groupsOf(catalogue, query, recent, around),
    [catalogue, query, recent, around],
  );
  const rows = groups.flatMap((group) =>
    group.types.map((info) => ({ info, id: `${group.id}-${info.type}` })),
  );
  const take = (index: number) => {
    const row = rows[index];
    if (!row) return;
    setQuery("");
    addNodeHere(row.info.type);
  };
  const leave = () => {
    if (query !== "") setQuery("");
    else viewport()?.focus();
  };
  const { active, setActive, onKeyDown } = useListKeys(rows.length, take, leave);
  const { ghost, startDrag, wasDragged } = usePaletteDrag();
  const activeId = rows[active]?.id;

  useEffect(() => {
    if (activeId === undefined) return;
    const row = list.current?.querySelector(`[id="palette-${activeId}"]`);
    row?.scrollIntoView({ block: "nearest" });
  }, [activeId]);

  return (
    <aside className={styles.palette} aria-label={t("palette.label")} data-palette>
      <div className={styles.search}>
        <TextInput
          label={t("palette.search")}
          labelHidden
          icon={Search}
          placeholder={t("palette.search")}
          value={query}
          onChange={(text) => {
            setQuery(text);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      {rows.length === 0 ? (
        <EmptyState
          icon={SearchX}
          title={t("palette.none", { query })}
          text={t("palette.noneHint")}
        />
      ) : (
        <div
          ref={list}
          className={styles.list}
          role="listbox"
          aria-label={t("palette.label")}
          tabIndex={-1}
        >
          {groups.map((group) => (
            // biome-ignore lint/a11y/useSemanticElements: a group of options inside a listbox; a fieldset is for forms.
            <div key={group.id} role="group" aria-label={group.title ?? t("palette.label")}>
              {group.title && <h3 className={styles.group}>{group.title}</h3>}
              {group.types.map((info) => {
                const id = `${group.id}-${info.type}`;
                return (
                  <TypeRow
                    key={id}
                    id={`palette-${id}`}
                    info={info}
                    active={id === activeId}
                    onActivate={() => {
                      if (!wasDragged()) addNodeHere(info.type);
                    }}
                    onPointerDown={(event) => startDrag(event, info)}
                  />
                );
              })}
            </div>
          ))}
        </div>
      )}
      <p className={styles.hint}>{t("palette.hint")}</p>
      <DragGhost ghost={ghost} />
    </aside>
  );
}
