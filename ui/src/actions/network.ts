import type { NetworkFormat } from "../bindings/NetworkFormat";
import { host, report } from "./context";
import { download } from "./flows";

/** Saves the network log as a file: all of it, or what went to one host. */
export async function exportNetwork(format: NetworkFormat, only: string): Promise<void> {
  try {
    const args = { format, ...(only === "" ? {} : { host: only }) };
    const file = await host().call("network.export", args);
    download(file.name, file.text, format === "csv" ? "text/csv" : "application/json");
  } catch (thrown) {
    report(thrown);
  }
}

/** Saves what a run called as an HTTP Archive. */
export async function exportHar(run: string): Promise<void> {
  try {
    const file = await host().call("runs.har", { run });
    download(file.name, file.text);
  } catch (thrown) {
    report(thrown);
  }
}
