import type { Saved } from "../../bindings/Saved";
import type { TableEdit } from "../../bindings/TableEdit";
import type { TableView } from "../../bindings/TableView";
import type { UiEvent } from "../../bindings/UiEvent";
import { applyTableEdit } from "../../model/tables";
import type { CommandName, Commands } from "../commands";
import { HostError } from "../host";

type Step = { label: string; before: TableView; after: TableView; edit: TableEdit };
type Stored = { view: TableView; undo: Step[]; redo: Step[] };
type TableCommand = Extract<CommandName, `tables.${string}`>;
type Handlers = { [K in TableCommand]: (args: Commands[K]["args"]) => Commands[K]["ret"] };

const SAMPLE: TableView = {
  name: "Countries",
  columns: [
    { name: "code", kind: "text" },
    { name: "name", kind: "text" },
    { name: "vat", kind: "number" },
  ],
  rows: [
    ["DE", "Germany", 19],
    ["FR", "France", 20],
  ],
  saved: { rev: 1, at: 0 },
};

/** The tables of the host in memory. */
export function memoryTables(tell: (events: UiEvent[]) => void): Handlers {
  const tables = new Map<string, Stored>([["Countries", { view: SAMPLE, undo: [], redo: [] }]]);
  const stored = (name: string): Stored => {
    const table = tables.get(name);
    if (!table) throw new HostError({ code: "not_found", message: `There is no table ${name}.` });
    return table;
  };
  const savedOf = ({ view, undo, redo }: Stored): Saved => ({
    rev: view.saved.rev,
    at: view.saved.at,
    ...(undo.length > 0 ? { undo: undo.at(-1)?.label ?? "" } : {}),
    ...(redo.length > 0 ? { redo: redo.at(-1)?.label ?? "" } : {}),
  });
  const put = (table: Stored, view: TableView): void => {
    table.view = { ...view, saved: { rev: table.view.saved.rev + 1, at: Date.now() } };
    tell([{ type: "table_changed", table: view.name, rev: table.view.saved.rev }]);
  };
  const viewOf = (table: Stored): TableView => ({ ...table.view, saved: savedOf(table) });
  const add = (view: TableView): TableView => {
    if (tables.has(view.name)) {
      throw new HostError({ code: "invalid", message: `There is a table ${view.name} already.` });
    }
    const table = { view, undo: [], redo: [] };
    tables.set(view.name, table);
    return viewOf(table);
  };
  const whole = ({ columns, rows }: TableView): TableEdit => ({ type: "all", columns, rows });
  return {
    "tables.list": () =>
      [...tables.values()].map(({ view }) => ({
        name: view.name,
        columns: view.columns.map((column) => column.name),
        rows: view.rows.length,
        rev: view.saved.rev,
        saved_at: view.saved.at,
      })),
    "tables.open": ({ table }) => viewOf(stored(table)),
    "tables.create": ({ table }) =>
      add({
        name: table,
        columns: [
          { name: "key", kind: "text" },
          { name: "value", kind: "text" },
        ],
        rows: [],
        saved: { rev: 1, at: Date.now() },
      }),
    "tables.edit": ({ table: name, rev, label, edit }) => {
      const table = stored(name);
      if (table.view.saved.rev !== rev) {
        throw new HostError({ code: "stale", message: "The table was changed." });
      }
      const before = table.view;
      put(table, applyTableEdit(before, edit));
      table.undo.push({ label, before, after: table.view, edit });
      table.redo = [];
      return { edit, saved: savedOf(table) };
    },
    "tables.undo": ({ table: name }) => {
      const table = stored(name);
      const last = table.undo.pop();
      if (!last) throw new HostError({ code: "invalid", message: "There is nothing to undo." });
      table.redo.push(last);
      put(table, last.before);
      return { edit: whole(last.before), saved: savedOf(table) };
    },
    "tables.redo": ({ table: name }) => {
      const table = stored(name);
      const last = table.redo.pop();
      if (!last) throw new HostError({ code: "invalid", message: "There is nothing to redo." });
      table.undo.push(last);
      put(table, last.after);
      return { edit: last.edit, saved: savedOf(table) };
    },
    "tables.import": ({ table, file }) => {
      const lines = atob(file.base64).split(/\r?\n/).filter(Boolean);
      const [names = [], ...rows] = lines.map((line) => line.split(","));
      const columns = names.map((name) => ({ name, kind: "text" as const }));
      return add({ name: table, columns, rows, saved: { rev: 1, at: Date.now() } });
    },
    "tables.delete": ({ table }) => {
      tables.delete(stored(table).view.name);
      tell([{ type: "table_changed", table }]);
      return null;
    },
  };
}
