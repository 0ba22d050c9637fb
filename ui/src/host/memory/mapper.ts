/** The mapper of the host in memory: it knows paths and fixed values, and the sample's items. */
import type { MapRow } from "../../bindings/MapRow";
import type { MenuEntry } from "../../bindings/MenuEntry";
import type { NodeSpec } from "../../bindings/NodeSpec";
import type { Reading } from "../../bindings/Reading";
import type { RowView } from "../../bindings/RowView";
import type { Rule } from "../../bindings/Rule";
import type { SourceField } from "../../bindings/SourceField";
import type { ValueKind } from "../../bindings/ValueKind";
import type { CommandName, Commands } from "../commands";

type MapperCommand = Extract<CommandName, `mapper.${string}`>;
type Handlers = {
  [K in MapperCommand]: (args: Commands[K]["args"]) => Commands[K]["ret"];
};

function source(path: string, kind: ValueKind, example?: unknown, more: Partial<SourceField> = {}) {
  const name = path.slice(path.lastIndexOf(".") + 1);
  const examples = example === undefined ? [] : [example];
  const field: SourceField = {
    ...{ name, path, lists: [], kind, fill: 1, optional: false, nullable: false },
    ...{ examples, fields: [], ...more },
  };
  return field;
}

const SOURCES: SourceField[] = [
  source("id", "integer", 1000),
  source("total", "number", 120.5),
  source("customer", "object", undefined, {
    fields: [
      source("customer.name", "text", "Ada Lovelace"),
      source("customer.city", "text", "London", { fill: 0.64, nullable: true }),
    ],
  }),
  source("lines", "list", undefined, {
    fields: [
      source("lines.sku", "text", "A-1", { lists: ["lines"] }),
      source("lines.n", "integer", 2, { lists: ["lines"] }),
    ],
  }),
];

const ITEM = { id: 1000, total: 120.5, customer: { name: "Ada Lovelace", city: "London" } };

const UPPER: MenuEntry = {
  ...{ name: "upper", label: "Capitals", about: "The text in capitals", group: "text" },
  ...{ params: [], takes: ["text"], gives: "text", example_in: "ada", example_out: "ADA" },
};

function read(text: string, within: readonly string[] = []): Reading {
  if (!/^[\p{L}_$][\p{L}\p{N}_.]*$/u.test(text)) return { sources: [] };
  return { rule: { type: "path", path: text }, sources: [[...within, text].join(".")] };
}

function write(rule: Rule): string {
  switch (rule.type) {
    case "path":
      return rule.path;
    case "constant":
      return JSON.stringify(rule.value);
    case "concat":
      return rule.parts.map(write).join(" & ");
    default:
      return JSON.stringify(rule);
  }
}

function views(rows: readonly MapRow[], at: string, within: readonly string[]): RowView[] {
  return rows.map((row, index) => ({
    ...{ key: `${at}/${index}`, to: row.to, from: row.from, type: row.type ?? "any" },
    ...{ missing: row.missing ?? "omit", note: "", reading: read(row.from, within) },
    ...(row.fields
      ? { rows: views(row.fields, `${at}/${index}/fields`, [...within, row.from]) }
      : {}),
  }));
}

function at(value: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((here, key) => (Object(here) as Record<string, unknown>)[key], value);
}

/** The mapper's commands; `node` finds a node of a flow. */
export function mapperHandlers(node: (flow: string, id: string) => NodeSpec | undefined): Handlers {
  const rowsOf = (flow: string, id: string) =>
    (node(flow, id)?.params?.fields ?? []) as readonly MapRow[];
  return {
    "mapper.open": ({ flow, node: id }) => ({
      ...{ title: node(flow, id)?.name ?? id, keep: false, targets: [], targets_of: [] },
      sources: [
        {
          ...{ kind: { type: "item" }, title: "Item", path: "", known: "run", count: 11 },
          fields: SOURCES,
        },
      ],
      rows: views(rowsOf(flow, id), "/params/fields", []),
    }),
    "mapper.menu": () => ({
      functions: [UPPER],
      types: [
        { value: "any", label: "As it is", help: "" },
        { value: "text", label: "Text", help: "" },
      ],
      policies: [
        { value: "omit", label: "Leave the field out", help: "" },
        { value: "null", label: "Set it to null", help: "" },
      ],
      tables: [],
    }),
    "mapper.read": ({ text, within }) => read(text, within),
    "mapper.rule": ({ rule, within }) => {
      const text = write(rule);
      return { text, reading: { ...read(text, within), rule } };
    },
    "mapper.reach": ({ path, within }) => {
      const around = `${within.join(".")}.`;
      const isInside = within.length > 0 && path.startsWith(around);
      return { text: isInside ? path.slice(around.length) : path, several: false };
    },
    "mapper.preview": ({ flow, node: id, rows }) => ({
      items: [
        {
          ...{ item: "orders:0/0", input: ITEM, troubles: [], coercions: [] },
          output: Object.fromEntries(
            (rows ?? rowsOf(flow, id)).map((row) => [row.to, at(ITEM, row.from)]),
          ),
        },
      ],
      ...{ fine: 1, failing: 0, failing_items: [], rows: [], problems: [] },
    }),
    "mapper.suggest": () => [],
    "mapper.explain": () => ({ from: "", sources: [] }),
    "mapper.sheet.export": ({ node: id }) => ({
      ...{ name: `${id}.md`, media_type: "text/markdown", base64: "" },
    }),
    "mapper.sheet.import": () => ({ changes: [], same: 0, refused: [] }),
  };
}
