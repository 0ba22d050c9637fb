/** What completion knows around a field's expression: the source trees, seen from inside for-eaches. */
import { useMemo } from "react";
import { useStore } from "zustand";
import type { SourceField } from "../../bindings/SourceField";
import type { SourceTree } from "../../bindings/SourceTree";
import type { Names } from "../../code/completion";
import { cellText } from "../../data/cells";
import type { Shape } from "../../data/schema";
import { useMapping } from "../mapping";
import { type FieldPath, fieldAt, withinOf } from "../model/fields";
import { knownReading, readings } from "../readings";

/** The names in reach of the field at that path. */
export function useNames(path: FieldPath): Names {
  const { roots, fields, index } = useMapping();
  const known = useStore(readings, (state) => state.known);
  return useMemo(() => {
    const around = path.slice(0, -1);
    const list = around.length === 0 ? undefined : fieldAt(fields, around);
    const reading = list && knownReading(known, list.from, withinOf(fields, around));
    const [source] = reading?.sources ?? [];
    const inside = source === undefined ? undefined : index.get(source);
    return namesOf(roots, around.length === 0 ? undefined : (inside?.fields ?? []));
  }, [roots, fields, index, known, path]);
}

function namesOf(roots: readonly SourceTree[], inside: readonly SourceField[] | undefined): Names {
  const item = roots.find((root) => root.kind.type === "item");
  const vars = roots.find((root) => root.kind.type === "vars");
  const nodes = roots.flatMap((root) =>
    root.kind.type === "node"
      ? [{ id: root.kind.node, title: root.title, fields: root.fields }]
      : [],
  );
  const known = inside ?? item?.fields ?? [];
  return {
    items: known.length === 0 ? undefined : shapeOf(known),
    vars: (vars?.fields ?? []).map(({ name, examples }) => ({
      name,
      example: examples.length === 0 ? "" : cellText(examples[0]),
    })),
    env: ["sandbox"],
    nodes,
    node: (id) => {
      const found = nodes.find((node) => node.id === id);
      return found === undefined ? undefined : shapeOf(found.fields);
    },
  };
}

const KINDS = {
  text: "text",
  number: "number",
  integer: "number",
  boolean: "bool",
  date: "text",
  date_time: "text",
  list: "list",
  object: "object",
  null: "null",
  mixed: "text",
  unknown: "missing",
} as const;

/** Source fields as the shape that completion looks into. */
function shapeOf(fields: readonly SourceField[]): Shape {
  return {
    seen: 1,
    kinds: { object: 1 },
    samples: [],
    fields: new Map(
      fields.map((field) => [
        field.name,
        {
          ...shapeOf(field.fields),
          kinds: { [KINDS[field.kind]]: 1 },
          samples: field.examples.map((example) => cellText(example)),
        },
      ]),
    ),
    elements: undefined,
  };
}
