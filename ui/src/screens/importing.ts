/** Opens flow files that were chosen or dropped, each with its layout file where that came too. */
import { toast } from "../actions/context";
import { importFlow } from "../actions/flows";
import { t } from "../words/t";

export type NamedText = { name: string; text: string };
export type FlowText = { text: string; layout: string | undefined };

/** Pairs `<id>.flow.json` with `<id>.layout.json`; files of other names count as flows. Pure. */
export function pairFiles(files: readonly NamedText[]): FlowText[] {
  const isLayout = (name: string) => /\.layout\.json$/i.test(name);
  const stem = (name: string) => name.replace(/\.(flow|layout)\.json$/i, "");
  const layouts = new Map(
    files.filter((file) => isLayout(file.name)).map((file) => [stem(file.name), file.text]),
  );
  return files
    .filter((file) => !isLayout(file.name))
    .map((file) => ({ text: file.text, layout: layouts.get(stem(file.name)) }));
}

/** Reads the files and opens the flows in them; the last one stays on the canvas. */
export async function importFiles(files: readonly File[]): Promise<void> {
  const texts = await Promise.all(
    files.map(async (file) => ({ name: file.name, text: await file.text() })),
  );
  const flows = pairFiles(texts);
  if (flows.length === 0 && files.length > 0) toast("error", t("flows.onlyLayout"));
  for (const flow of flows) await importFlow(flow.text, flow.layout);
}

/** Lets the user choose files. */
export function chooseFiles(): void {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = ".json,application/json";
  input.multiple = true;
  input.onchange = () => void importFiles([...(input.files ?? [])]);
  input.click();
}
