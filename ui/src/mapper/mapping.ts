/** What the parts of the mapper draw from: worked out in one place, handed down as a context. */
import { createContext, useContext } from "react";
import type { MapField } from "./fields";
import type { Line } from "./lines";
import type { PreviewState } from "./preview";
import type { Source, SourceRoot, SourceRow } from "./sources";
import type { TargetRow } from "./targets";

export type Mapping = {
  /** The id and the title of the node. */
  node: string;
  title: string;
  readOnly: boolean;
  fields: readonly MapField[];
  roots: readonly SourceRoot[];
  /** Every source by its path, also those that do not show. */
  index: ReadonlyMap<string, Source>;
  sources: readonly SourceRow[];
  targets: readonly TargetRow[];
  lines: readonly Line[];
  preview: PreviewState;
};

export const MappingContext = createContext<Mapping | null>(null);

/** The mapping that is on the screen. */
export function useMapping(): Mapping {
  const mapping = useContext(MappingContext);
  if (mapping === null) throw new Error("only the mapper has a mapping");
  return mapping;
}
