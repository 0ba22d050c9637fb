import type { CassetteSummary } from "../bindings/CassetteSummary";
import { store } from "../model/store";
import { t } from "../words/t";
import { setConduct } from "./conduct";
import { host, report, toast } from "./context";
import { download, showScreen } from "./flows";

/** A larger file would fill the memory of the page. */
const LARGEST_FILE = 200 << 20;

/** Reads the list of cassettes. */
export async function loadCassettes(): Promise<void> {
  try {
    store.setState({ cassettes: await host().call("cassettes.list", {}) });
  } catch (thrown) {
    report(thrown);
  }
}

/** Opens a cassette, or the list with null. */
export async function openCassette(name: string | null): Promise<void> {
  if (name === null) {
    store.setState({ cassette: null });
    await loadCassettes();
    return;
  }
  try {
    store.setState({ cassette: await host().call("cassettes.open", { name }) });
  } catch (thrown) {
    report(thrown);
  }
}

/** Has the next run answered from a cassette or by a mock, and goes to the flow. */
export function replayWith({ name, kind }: Pick<CassetteSummary, "name" | "kind">): void {
  const { open } = store.getState();
  setConduct({ mode: kind === "mock" ? "mock" : "replay", cassette: name });
  toast("ok", t(open ? "cassettes.replaying" : "cassettes.replayNoFlow", { name }));
  showScreen(open ? "canvas" : "flows");
}

/** Makes a cassette of a HAR file, or of the file of a cassette. */
export async function importCassette(file: File): Promise<void> {
  if (file.size > LARGEST_FILE) {
    toast("error", t("cassettes.tooLarge", { name: file.name }));
    return;
  }
  try {
    const name = file.name.replace(/(\.(har|json|cassette|mock))+$/i, "");
    const made = await host().call("cassettes.import", { name, text: await file.text() });
    const said = made.kind === "mock" ? "cassettes.importedMock" : "cassettes.imported";
    toast("ok", t(said, { name: made.name, n: made.calls ?? 0 }));
    await loadCassettes();
  } catch (thrown) {
    report(thrown);
  }
}

/** Lets the user choose files to make cassettes of. */
export function chooseCassettes(): void {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = ".har,.json,application/json";
  input.multiple = true;
  input.onchange = () => void importCassettes([...(input.files ?? [])]);
  input.click();
}

/** Makes cassettes of files, one after the other. */
export async function importCassettes(files: readonly File[]): Promise<void> {
  for (const file of files) await importCassette(file);
}

/** Saves a cassette as a HAR file. */
export async function exportCassette(name: string): Promise<void> {
  try {
    const file = await host().call("cassettes.export", { name });
    download(file.name, file.text);
  } catch (thrown) {
    report(thrown);
  }
}

/** Gives a cassette another name; tells whether it has it now. */
export async function renameCassette(name: string, to: string): Promise<boolean> {
  try {
    const cassette = await host().call("cassettes.rename", { name, to });
    const { conduct, cassette: open } = store.getState();
    if (conduct.cassette === name) setConduct({ cassette: cassette.name });
    if (open?.cassette.name === name) store.setState({ cassette: { ...open, cassette } });
    await loadCassettes();
    return true;
  } catch (thrown) {
    report(thrown);
    return false;
  }
}

/** Deletes a cassette for good; the user was asked before. */
export async function deleteCassette(name: string): Promise<void> {
  try {
    await host().call("cassettes.delete", { name });
    const { conduct, cassette } = store.getState();
    if (conduct.cassette === name) setConduct({ cassette: null });
    if (cassette?.cassette.name === name) store.setState({ cassette: null });
    toast("ok", t("cassettes.deleted", { name }));
    await loadCassettes();
  } catch (thrown) {
    report(thrown);
  }
}
