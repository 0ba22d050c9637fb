import { useCallback, useMemo } from "react";
import { JsonLines } from "./JsonLines";
import type { DataRow } from "./rows";

type Props = {
  rows: readonly DataRow[];
  selected: number;
  onSelect: (index: number) => void;
  onNeed: (first: number, last: number) => void;
};

/** Items as JSON, one below the other, each with its number. */
export function JsonView({ rows, selected, onSelect, onNeed }: Props) {
  const roots = useMemo(() => rows.map((row) => row.value), [rows]);
  const labels = useMemo(() => rows.map((row) => String(row.index + 1)), [rows]);
  const see = useCallback(
    (first: number, last: number) => onNeed(rows[first]?.index ?? 0, rows[last]?.index ?? 0),
    [rows, onNeed],
  );
  return (
    <JsonLines
      roots={roots}
      labels={labels}
      foldFrom={rows.length > 20 ? 2 : 3}
      selected={rows.findIndex((row) => row.index === selected)}
      onSelect={(root) => onSelect(rows[root]?.index ?? 0)}
      onView={see}
    />
  );
}
