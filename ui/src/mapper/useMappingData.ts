/** Reads what the mapper shows: the node's fields from the flow, sources and preview from the host. */
import { useDeferredValue, useEffect, useMemo, useRef } from "react";
import { useStore } from "zustand";
import { host } from "../actions/context";
import type { MapperView } from "../bindings/MapperView";
import type { MapRow } from "../bindings/MapRow";
import type { RunStatus } from "../bindings/RunStatus";
import { toHostError } from "../host/host";
import { useCall } from "../host/useCall";
import { findNode } from "../model/flow";
import { isOver } from "../model/run";
import { useGantry } from "../model/store";
import type { Mapping } from "./mapping";
import { fieldsOf } from "./model/fields";
import { linesOf } from "./model/lines";
import { NO_PREVIEW, type PreviewState, previewOf } from "./model/preview";
import { foldedAtFirst, sourceIndex, sourceRows } from "./model/sources";
import { ghostLines, suggestionsByRow } from "./model/suggest";
import { targetRows } from "./model/targets";
import { keepRows, knownReading, readAll, readings } from "./readings";
import { foldOnce, mapper, showItem, useMapper } from "./store";

const PAUSE_MS = 150;
const ITEMS = 50;

export type MappingData = {
  mapping: Mapping | null;
  /** Why there is none. */
  error: string | undefined;
};

/** The mapping of the node that the mapper is open on. */
export function useMappingData(): MappingData {
  const node = useMapper((state) => state.node);
  const flow = useGantry((state) => state.open?.flow);
  const params = useMemo(
    () => (flow && node !== null ? findNode(flow, node)?.node.params : undefined),
    [flow, node],
  );
  // A run that is over may have brought other items this far.
  const version = useGantry((state) => runVersion(state.run?.run));
  const args = flow && node !== null ? { flow: flow.id, node } : null;
  const { data: view, error } = useCall("mapper.open", args, version);
  useEffect(() => {
    if (view === null) return;
    keepRows(view.rows);
    foldOnce(foldedAtFirst(view.sources));
  }, [view]);
  const fields = useMemo(() => fieldsOf(params), [params]);
  useEffect(() => readAll(fields), [fields]);
  usePreviewing(args, fields, params?.keep === true, version);
  const preview = useMapper((state) => state.preview);
  const mapping = useRows(view, fields, preview);
  return { mapping, error: error?.message };
}

function runVersion(run: { id: string; status: RunStatus } | undefined): string {
  return run === undefined || !isOver(run.status) ? "" : run.id;
}

function useRows(
  view: MapperView | null,
  fields: readonly MapRow[],
  preview: PreviewState,
): Mapping | null {
  const search = useDeferredValue(useMapper((state) => state.search));
  const foldedSources = useMapper((state) => state.foldedSources);
  const foldedTargets = useMapper((state) => state.foldedTargets);
  const known = useStore(readings, (state) => state.known);
  const index = useMemo(() => sourceIndex(view?.sources ?? []), [view]);
  const sources = useMemo(
    () => sourceRows(view?.sources ?? [], foldedSources, search),
    [view, foldedSources, search],
  );
  const targets = useMemo(
    () =>
      targetRows(fields, view?.targets ?? [], foldedTargets, (text, within) =>
        knownReading(known, text, within),
      ),
    [fields, view, foldedTargets, known],
  );
  const lines = useMemo(() => linesOf(sources, targets), [sources, targets]);
  const suggestions = useMapper((state) => state.suggestions);
  const ghosts = useMemo(
    () => suggestionsByRow(suggestions, targets, fields),
    [suggestions, targets, fields],
  );
  return useMemo(() => {
    if (view === null) return null;
    const hasRun = view.run !== undefined;
    const { title, sources: roots, targets: wanted } = view;
    const ghost = ghostLines(ghosts, sources, targets);
    return {
      ...{ title, hasRun, fields, wanted, roots, index, sources, targets, preview },
      ...{ ghosts, lines, ghostLines: ghost },
    };
  }, [view, fields, index, sources, targets, lines, ghosts, preview]);
}

/** Has the mapping tried on the first items, shortly after each change. */
function usePreviewing(
  of: { flow: string; node: string } | null,
  rows: readonly MapRow[],
  keep: boolean,
  version: string,
): void {
  const isFirst = useRef(true);
  const [flow, node] = [of?.flow, of?.node];
  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` is the event: there are other items now.
  useEffect(() => {
    if (flow === undefined || node === undefined) return;
    let isWanted = true;
    const put = (preview: PreviewState) => {
      if (!isWanted) return;
      mapper.setState({ preview });
      showItem(mapper.getState().item);
    };
    mapper.setState(({ preview }) => ({ preview: { ...preview, isCurrent: false } }));
    const ask = () =>
      host()
        .call("mapper.preview", { flow, node, rows: [...rows], keep, limit: ITEMS })
        .then(
          (answer) => put(previewOf(answer)),
          (thrown: unknown) =>
            put({ ...NO_PREVIEW, isCurrent: true, refused: toHostError(thrown).message }),
        );
    const timer = setTimeout(ask, isFirst.current ? 0 : PAUSE_MS);
    isFirst.current = false;
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [flow, node, rows, keep, version]);
}
