import { Check, ExternalLink, LoaderCircle } from "lucide-react";
import { useState } from "react";
import { openRun } from "../actions/runs";
import type { ParkedItem } from "../bindings/ParkedItem";
import { ExchangeDetail } from "../inspector/ExchangeDetail";
import { Button } from "../kit/Button";
import { Tabs } from "../kit/Tabs";
import { t } from "../words/t";
import { ItemEditor } from "./ItemEditor";
import styles from "./Items.module.css";
import { TryList } from "./TryList";

type Tab = "item" | "call" | "tries";

/** One parked item: the data, the call that failed, and all tries. */
export function ItemDetail({ item }: { item: ParkedItem }) {
  const [tab, setTab] = useState<Tab>("item");
  const { error } = item;
  const tries = error.tries?.length ?? error.attempts;
  return (
    <div className={styles.detail}>
      <p className={styles.sentence}>{error.message}</p>
      <Standing item={item} />
      <div className={styles.tabs}>
        <Tabs<Tab>
          label={t("parked.item")}
          selected={tab}
          onSelect={setTab}
          tabs={[
            { id: "item", label: t("parked.tab.item"), content: <ItemEditor item={item} /> },
            {
              id: "call",
              label: t("parked.tab.call"),
              content: (
                <div className={styles.scroll}>
                  {error.exchange ? (
                    <ExchangeDetail exchange={error.exchange} />
                  ) : (
                    <p className={styles.quiet}>{t("parked.noCall")}</p>
                  )}
                </div>
              ),
            },
            {
              id: "tries",
              label: t("parked.tab.tries"),
              count: tries > 1 ? tries : 0,
              content: <TryList item={item} />,
            },
          ]}
          actions={
            <Button
              size="small"
              variant="quiet"
              icon={ExternalLink}
              onPress={() => void openRun(item.run)}
            >
              {t("parked.run")}
            </Button>
          }
        />
      </div>
    </div>
  );
}

/** How the item stands, where it does not simply wait. */
function Standing({ item }: { item: ParkedItem }) {
  const { state, note, retried_by } = item;
  if (state === "open") return null;
  const isRetrying = state === "retrying";
  const Icon = isRetrying ? LoaderCircle : Check;
  const resolved = note
    ? t("parked.resolvedNote", { note })
    : t(retried_by === undefined ? "parked.resolvedNoNote" : "parked.wasResolved");
  return (
    <p className={styles.standing} data-state={state}>
      <Icon size={14} aria-hidden />
      <span className={styles.grow}>{isRetrying ? t("parked.inRetry") : resolved}</span>
      {retried_by !== undefined && (
        <Button size="small" variant="quiet" onPress={() => void openRun(retried_by)}>
          {t("parked.retriedBy")}
        </Button>
      )}
    </p>
  );
}
