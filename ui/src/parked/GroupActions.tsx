import { Check, ChevronDown, Download, RotateCw } from "lucide-react";
import { useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { exportParked, meantIds, resolveParked, retryParked } from "../actions/parked";
import type { ParkedGroup } from "../bindings/ParkedGroup";
import type { RetryVersion } from "../bindings/RetryVersion";
import { Button, IconButton } from "../kit/Button";
import { Menu } from "../kit/Menu";
import { idsMeant } from "../model/parked";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./Parked.module.css";
import { ResolveDialog } from "./ResolveDialog";

/** What is done with the ticked items, or with all that are open when none is ticked. */
export function GroupActions({ group }: { group: ParkedGroup }) {
  const n = useGantry(({ parked }) =>
    parked.hasMore && parked.chosen.length === 0 ? group.open : idsMeant(parked).length,
  );
  const [resolving, setResolving] = useState<number[]>();
  const retry = async (version?: RetryVersion) => retryParked(await meantIds(), version);
  return (
    <>
      <IconButton
        label={t("parked.exportGroup")}
        icon={Download}
        onPress={() => void exportParked({ flow: group.flow, cause: group.cause })}
      />
      {n > 0 && (
        <>
          <Button icon={Check} onPress={() => void meantIds().then(setResolving)}>
            {t("parked.resolve", { n })}
          </Button>
          <span className={styles.joined}>
            <Button variant="primary" icon={RotateCw} onPress={() => void retry()}>
              {t("parked.retry", { n })}
            </Button>
            <Menu
              label={t("parked.retryWith")}
              placement="bottom end"
              entries={(["current", "run"] as const).map((version) => ({
                id: version,
                label: t(version === "current" ? "parked.retryCurrent" : "parked.retryRun"),
                run: () => void retry(version),
              }))}
            >
              <AriaButton className={styles.more ?? ""} aria-label={t("parked.retryWith")}>
                <ChevronDown size={14} aria-hidden />
              </AriaButton>
            </Menu>
          </span>
        </>
      )}
      {resolving && (
        <ResolveDialog
          n={resolving.length}
          onResolve={(note) => void resolveParked(resolving, note)}
          onClose={() => setResolving(undefined)}
        />
      )}
    </>
  );
}
