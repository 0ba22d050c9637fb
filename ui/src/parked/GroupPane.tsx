import { CornerDownRight, Crosshair, Scale } from "lucide-react";
import { useEffect } from "react";
import { goToParkedNode, loadItems } from "../actions/parked";
import type { ParkedGroup } from "../bindings/ParkedGroup";
import { Badge } from "../kit/Badge";
import { Button } from "../kit/Button";
import { EmptyState } from "../kit/EmptyState";
import { Spinner } from "../kit/Spinner";
import { SplitPane } from "../kit/SplitPane";
import { groupShown, itemShown } from "../model/parked";
import { useGantry } from "../model/store";
import { useNow } from "../screens/useNow";
import { formatAgo } from "../words/format";
import { t } from "../words/t";
import { GroupActions } from "./GroupActions";
import { ItemDetail } from "./ItemDetail";
import { ItemTable } from "./ItemTable";
import styles from "./Parked.module.css";

const DETAIL_SHARE = 0.44;

/** One reason: what it means, what to do, and its items with the one that is looked at. */
export function GroupPane() {
  const group = useGantry((state) => groupShown(state.parked));
  const items = useGantry((state) => state.parked.items);
  const item = useGantry((state) => itemShown(state.parked));
  const isUnread = items === null;
  useEffect(() => {
    if (isUnread) void loadItems();
  }, [isUnread]);
  if (group === null) {
    return (
      <div className={styles.pane}>
        <EmptyState title={t("parked.pickGroup")} />
      </div>
    );
  }
  const initial = Math.round((window.innerWidth - 48 - 340) * DETAIL_SHARE);
  return (
    <section className={styles.pane} aria-label={group.message}>
      <Head group={group} />
      {items === null ? (
        <div className={styles.loading}>
          <Spinner label={t("parked.loading")} size={20} />
        </div>
      ) : (
        <div className={styles.split}>
          <SplitPane
            label={t("parked.resizeItems")}
            orientation="vertical"
            initial={Math.max(280, initial)}
            min={220}
            first={<ItemTable items={items} />}
            second={item && <ItemDetail key={item.id} item={item} />}
          />
        </div>
      )}
    </section>
  );
}

function Head({ group }: { group: ParkedGroup }) {
  const now = useNow();
  const { message, verdict, advice, open, resolved, first_at, last_at, flow, node } = group;
  const [first, last] = [formatAgo(first_at, now), formatAgo(last_at, now)];
  const when = first === last ? t("parked.once", { last }) : t("parked.since", { first, last });
  return (
    <header className={styles.head}>
      <div className={styles.words}>
        <h2 className={styles.sentence}>{message}</h2>
        {verdict !== "" && (
          <p className={styles.verdict}>
            <Scale size={14} aria-hidden />
            {verdict}
          </p>
        )}
        {advice !== "" && (
          <p className={styles.advice}>
            <CornerDownRight size={14} aria-hidden />
            {advice}
          </p>
        )}
        <div className={styles.facts}>
          <Badge tone="error">{t(`errorClass.${group.class}`)}</Badge>
          <span>{t("parked.open", { n: open })}</span>
          {resolved > 0 && <span>{t("parked.nResolved", { n: resolved })}</span>}
          <span>{when}</span>
          <Button
            size="small"
            variant="quiet"
            icon={Crosshair}
            onPress={() => void goToParkedNode({ flow, node })}
          >
            {t("parked.goToNode")}
          </Button>
        </div>
      </div>
      <div className={styles.actions}>
        <GroupActions group={group} />
      </div>
    </header>
  );
}
