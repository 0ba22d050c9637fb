/** The mapping as a sheet for the business, and back: export, and what an edited sheet would change. */
import { host, report, toast } from "../actions/context";
import { edit, flush } from "../actions/editing";
import { download } from "../actions/flows";
import type { SheetFormat } from "../bindings/SheetFormat";
import { store } from "../model/store";
import { t } from "../words/t";
import { mapper } from "./store";

function place(): { flow: string; node: string } | null {
  const { open } = store.getState();
  const { node } = mapper.getState();
  return open && node !== null ? { flow: open.flow.id, node } : null;
}

/** Saves the mapping as a sheet. */
export async function exportSheet(format: SheetFormat): Promise<void> {
  const of = place();
  if (of === null) return;
  await flush();
  try {
    const { name, media_type, base64 } = await host().call("mapper.sheet.export", {
      ...of,
      format,
    });
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    download(name, bytes, media_type);
  } catch (thrown) {
    report(thrown);
  }
}

/** Lets the user choose an edited sheet, and shows what it would change. */
export function chooseSheet(): void {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = ".xlsx,.md,.markdown";
  input.onchange = () => {
    const [file] = input.files ?? [];
    if (file) void readSheet(file);
  };
  input.click();
}

async function readSheet(file: File): Promise<void> {
  const of = place();
  if (of === null) return;
  await flush();
  try {
    const base64 = base64Of(new Uint8Array(await file.arrayBuffer()));
    const diff = await host().call("mapper.sheet.import", { ...of, base64 });
    if (diff.changes.length === 0 && diff.refused.length === 0) {
      toast("ok", t("mapper.sheet.same", { n: diff.same }));
    } else mapper.setState({ sheet: { name: file.name, base64, diff } });
  } catch (thrown) {
    report(thrown);
  }
}

/** Takes over the changes of these fields. */
export async function acceptSheet(targets: readonly string[]): Promise<void> {
  const of = place();
  const { sheet } = mapper.getState();
  if (of === null || sheet === null) return;
  const { base64, name } = sheet;
  mapper.setState({ sheet: null });
  try {
    const diff = await host().call("mapper.sheet.import", {
      ...{ ...of, base64, accept: [...targets] },
    });
    if (diff.edit) edit(t("mapper.edit.sheet", { name }), { type: "all", edits: [diff.edit] });
  } catch (thrown) {
    report(thrown);
  }
}

/** Lets the sheet go. */
export function closeSheet(): void {
  mapper.setState({ sheet: null });
}

function base64Of(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
