import type { TableEdit } from "../bindings/TableEdit";
import { toHostError } from "../host/host";
import { store } from "../model/store";
import { applyTableEdit, type Misfit, type OpenTable } from "../model/tables";
import { formatCount } from "../words/format";
import { t } from "../words/t";
import { host, report, toast } from "./context";

/** A larger file is no list that somebody keeps. */
const LARGEST_FILE = 32 << 20;

let sending: Promise<void> | null = null;

/** Reads the list of tables. */
export async function loadTables(): Promise<void> {
  try {
    store.setState({ tables: await host().call("tables.list", {}) });
  } catch (thrown) {
    report(thrown);
  }
}

/** Opens a table on the screen. */
export async function openTable(name: string): Promise<void> {
  await flushTable();
  try {
    const view = await host().call("tables.open", { table: name });
    store.setState({ table: { view, unsaved: [] } });
  } catch (thrown) {
    report(thrown);
  }
}

/** Makes an empty table and opens it; tells whether it could be made. */
export async function createTable(name: string): Promise<boolean> {
  await flushTable();
  try {
    const view = await host().call("tables.create", { table: name });
    store.setState({ table: { view, unsaved: [] } });
    await loadTables();
    return true;
  } catch (thrown) {
    report(thrown);
    return false;
  }
}

/** Deletes a table for good; the user was asked before. */
export async function deleteTable(name: string): Promise<void> {
  await flushTable();
  try {
    if (store.getState().table?.view.name === name) store.setState({ table: null });
    await host().call("tables.delete", { table: name });
    toast("ok", t("tables.deleted", { name }));
    await loadTables();
  } catch (thrown) {
    report(thrown);
  }
}

/** Takes a file in: as a new table, or in place of what the open one holds. */
export async function importTable(file: File, into: "new" | "open"): Promise<void> {
  await flushTable();
  const { table, tables } = store.getState();
  if (file.size > LARGEST_FILE) {
    toast("error", t("tables.tooLarge", { name: file.name }));
    return;
  }
  try {
    const sent = { name: file.name, base64: await base64Of(file) };
    const view =
      into === "open" && table
        ? await host().call("tables.import", {
            table: table.view.name,
            rev: table.view.saved.rev,
            file: sent,
          })
        : await host().call("tables.import", {
            table: freeTableName(
              file.name,
              (tables ?? []).map((each) => each.name),
            ),
            file: sent,
          });
    store.setState({ table: { view, unsaved: [] } });
    const said = {
      table: view.name,
      file: file.name,
      n: view.rows.length,
      count: formatCount(view.rows.length),
    };
    toast("ok", t("tables.imported", said));
    await loadTables();
  } catch (thrown) {
    report(thrown);
  }
}

/** The file's name without its ending, and a number where a table has it. */
function freeTableName(file: string, taken: readonly string[]): string {
  const stem = file.replace(/\.[^.]*$/, "").trim() || t("tables.list");
  const isTaken = (name: string) =>
    taken.some((other) => other.toLowerCase() === name.toLowerCase());
  let name = stem;
  for (let number = 2; isTaken(name); number += 1) name = `${stem} ${number}`;
  return name;
}

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  // In pieces: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

/** Changes the open table: at once on the screen, and in the host as soon as it takes it. */
export function editTable(label: string, edit: TableEdit | undefined): void {
  const { table } = store.getState();
  if (table === null || edit === undefined) return;
  const view = applyTableEdit(table.view, edit);
  store.setState({ table: { view, unsaved: [...table.unsaved, { label, edit }] } });
  void send();
}

/** Says which text does not fit its column. */
export function tellMisfit({ row, column, text, kind }: Misfit): void {
  toast("error", t(`tables.misfit.${kind}`, { row: row + 1, column, text }));
}

/** Stores all changes of the open table that the host has not got yet. */
export function flushTable(): Promise<void> {
  return send();
}

function send(): Promise<void> {
  sending ??= sendAll().finally(() => {
    sending = null;
  });
  return sending;
}

async function sendAll(): Promise<void> {
  for (;;) {
    const { table } = store.getState();
    const next = table?.unsaved[0];
    if (!table || !next) return;
    const { name, saved } = table.view;
    try {
      const applied = await host().call("tables.edit", { table: name, rev: saved.rev, ...next });
      settle(name, applied.saved);
    } catch (thrown) {
      await refuse(name, thrown);
      return;
    }
  }
}

function settle(name: string, saved: OpenTable["view"]["saved"]): void {
  const { table, tables } = store.getState();
  if (table?.view.name !== name) return;
  store.setState({
    table: { view: { ...table.view, saved }, unsaved: table.unsaved.slice(1) },
    tables:
      tables?.map((each) =>
        each.name === name
          ? {
              ...each,
              rows: table.view.rows.length,
              columns: table.view.columns.map((column) => column.name),
              saved_at: saved.at,
            }
          : each,
      ) ?? null,
  });
}

/** The host did not take an edit: what it has stored is what counts, so it is loaded again. */
async function refuse(name: string, thrown: unknown): Promise<void> {
  const error = toHostError(thrown);
  toast("error", error.code === "stale" ? t("tables.stale") : error.message);
  await reload(name);
}

async function reload(name: string): Promise<void> {
  try {
    const view = await host().call("tables.open", { table: name });
    if (store.getState().table?.view.name === name) {
      store.setState({ table: { view, unsaved: [] } });
    }
  } catch (thrown) {
    report(thrown);
  }
}

async function step(command: "tables.undo" | "tables.redo"): Promise<void> {
  await flushTable();
  const { table } = store.getState();
  if (table === null) return;
  const { name, saved } = table.view;
  if ((command === "tables.undo" ? saved.undo : saved.redo) === undefined) return;
  try {
    const applied = await host().call(command, { table: name, rev: saved.rev });
    const now = store.getState().table;
    if (now?.view.name !== name) return;
    const view = { ...applyTableEdit(now.view, applied.edit), saved: applied.saved };
    store.setState({ table: { view, unsaved: now.unsaved } });
  } catch (thrown) {
    await refuse(name, thrown);
  }
}

/** Takes the last change of the open table back. */
export function undoTable(): Promise<void> {
  return step("tables.undo");
}

/** Makes the change again that was taken back last. */
export function redoTable(): Promise<void> {
  return step("tables.redo");
}

/** The host says that a table has this rev now, or is gone; loads it again where it is newer. */
export async function heardOfTable(name: string, rev: number | undefined): Promise<void> {
  if (store.getState().screen === "tables") void loadTables();
  await flushTable();
  const { table } = store.getState();
  if (table?.view.name !== name) return;
  if (rev === undefined) {
    store.setState({ table: null });
    toast("neutral", t("tables.gone", { name }));
  } else if (rev > table.view.saved.rev) await reload(name);
}
