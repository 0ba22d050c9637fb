import { CircleParking } from "lucide-react";
import { useMemo } from "react";
import { showParkedOf } from "../actions/parked";
import type { ItemError } from "../bindings/ItemError";
import { useCall } from "../host/useCall";
import { Button } from "../kit/Button";
import { openAt } from "../model/parked";
import { useGantry } from "../model/store";
import { formatCount } from "../words/format";
import { t } from "../words/t";
import { ErrorCard } from "./ErrorCard";
import styles from "./ErrorCard.module.css";
import { grouped } from "./errors";
import type { NodeInView } from "./useNode";

const ASKED = 500;

/** What went wrong in a node: one card for each kind of error, the most frequent first. */
export function ErrorList({ view }: { view: NodeInView }) {
  const { node, inRun, run, version } = view;
  const live = useGantry((state) => state.run?.errors);
  // A run of the past was not watched, so its errors are asked for.
  const { data } = useCall(
    "runs.errors",
    run === undefined ? null : { run, limit: ASKED },
    version,
  );
  const groups = useMemo(() => {
    const own = (errors: readonly ItemError[] | null | undefined) =>
      errors?.filter((error) => error.node === node.id) ?? [];
    const seen = own(live).length >= own(data).length ? own(live) : own(data);
    const all =
      inRun?.error && !seen.some((error) => isSame(error, inRun.error))
        ? [inRun.error, ...seen]
        : seen;
    return grouped(all);
  }, [live, data, inRun?.error, node.id]);
  const flow = useGantry((state) => state.open?.flow.id ?? "");
  const parked = useGantry((state) => openAt(state.parked.open, flow, node.id));
  const known = groups.reduce((sum, group) => sum + group.errors.length, 0);
  const rejected = inRun?.counts.rejected ?? 0;
  return (
    <div className={styles.list}>
      {parked > 0 && (
        <p className={styles.parked}>
          <CircleParking size={16} aria-hidden />
          <span className={styles.grow}>{t("parked.here", { n: parked })}</span>
          <Button size="small" variant="primary" onPress={() => showParkedOf(flow, node.id)}>
            {t("parked.fixAndRetry")}
          </Button>
        </p>
      )}
      {groups.map((group) => (
        <ErrorCard key={group.key} errors={group.errors} counts={inRun?.counts} />
      ))}
      {rejected > known && (
        <p className={styles.more}>
          {t("error.more", { known: formatCount(known), all: formatCount(rejected) })}
        </p>
      )}
    </div>
  );
}

function isSame(one: ItemError, other: ItemError | null): boolean {
  return other !== null && one.item === other.item && one.message === other.message;
}
