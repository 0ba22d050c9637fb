/** What the parts of the mapper draw from: worked out in one place, handed down as a context. */
import { createContext, useContext } from "react";
import type { MapRow } from "../bindings/MapRow";
import type { SourceField } from "../bindings/SourceField";
import type { SourceTree } from "../bindings/SourceTree";
import type { Suggestion } from "../bindings/Suggestion";
import type { TargetField } from "../bindings/TargetField";
import type { Line } from "./model/lines";
import type { PreviewState } from "./model/preview";
import type { SourceRow } from "./model/sources";
import type { TargetRow } from "./model/targets";

export type Mapping = {
  /** The title of the node. */
  title: string;
  /** Whether a run brought items this far. */
  hasRun: boolean;
  fields: readonly MapRow[];
  /** What later nodes read. */
  wanted: readonly TargetField[];
  /** Suggestions by the row that they are for. */
  ghosts: ReadonlyMap<string, Suggestion>;
  roots: readonly SourceTree[];
  /** Every source by its path, also those that do not show. */
  index: ReadonlyMap<string, SourceField>;
  sources: readonly SourceRow[];
  targets: readonly TargetRow[];
  lines: readonly Line[];
  /** The lines of what is suggested. */
  ghostLines: readonly Line[];
  preview: PreviewState;
};

export const MappingContext = createContext<Mapping | null>(null);

/** The mapping that is on the screen. */
export function useMapping(): Mapping {
  const mapping = useContext(MappingContext);
  if (mapping === null) throw new Error("only the mapper has a mapping");
  return mapping;
}
