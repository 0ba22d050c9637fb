import type { Retention } from "../bindings/Retention";
import { toHostError } from "../host/host";
import { store } from "../model/store";
import { formatBytes, formatCount } from "../words/format";
import { t } from "../words/t";
import { host, report, toast } from "./context";

/** Reads how large the history of runs is, and how long it is kept. */
export async function loadKept(): Promise<void> {
  try {
    store.setState({ kept: { view: await host().call("runs.history", {}), error: null } });
  } catch (thrown) {
    store.setState({ kept: { view: null, error: toHostError(thrown).message } });
  }
}

/** Says how long runs are kept from now on, and deletes what is past that. */
export async function keepHistory(retention: Retention): Promise<void> {
  try {
    const { runs, left } = await host().call("runs.keep", retention);
    const size = formatBytes(left);
    const pruned = t("retention.pruned", { n: runs, count: formatCount(runs), size });
    toast("ok", runs > 0 ? pruned : t("retention.kept"));
    await loadKept();
  } catch (thrown) {
    report(thrown);
  }
}
