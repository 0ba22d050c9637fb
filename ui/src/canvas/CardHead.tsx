import { renameNode } from "../actions/nodes";
import { viewport } from "../actions/viewport";
import { cx } from "../kit/cx";
import { iconNamed } from "../kit/icons";
import type { CardData } from "../model/canvas";
import { store, useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./Card.module.css";
import { CardBadges } from "./CardBadges";

function endRenaming(): void {
  store.setState({ renaming: null });
  viewport()?.focus();
}

function NameField({ id, name }: { id: string; name: string }) {
  return (
    <input
      className={cx(styles.nameField, "nodrag")}
      aria-label={t("action.rename")}
      defaultValue={name}
      ref={(input) => input?.select()}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") {
          event.currentTarget.value = name;
          event.currentTarget.blur();
        }
      }}
      onBlur={(event) => {
        if (event.currentTarget.value !== name) renameNode(id, event.currentTarget.value);
        endRenaming();
      }}
    />
  );
}

/** What a node does; where that cannot be told, what is known of it. */
function summaryOf({ facts, spec, info, inside, folded, diagnostics }: CardData): string {
  if (!facts.known) return t("node.unknown", { type: spec.type });
  if (facts.summary) return facts.summary;
  if (diagnostics.some((each) => each.severity === "error")) return t("node.noSummary");
  if (inside !== null && inside > 0 && !folded) return t("node.inside", { n: inside });
  return info && info.title !== facts.title ? info.title : (info?.about ?? "");
}

/** Icon, title, what the node does, and its badges. */
export function CardHead({ id, data }: { id: string; data: CardData }) {
  const renaming = useGantry((state) => state.renaming === id);
  const Icon = iconNamed(data.info?.icon);
  const { facts } = data;
  const summary = summaryOf(data);
  return (
    <div className={styles.head}>
      <span className={styles.icon}>
        <Icon size={20} strokeWidth={1.75} aria-hidden />
      </span>
      <div className={styles.words}>
        {renaming ? (
          <NameField id={id} name={facts.title} />
        ) : (
          <div className={styles.title} title={facts.title}>
            {facts.title}
          </div>
        )}
        <div className={cx(styles.summary, !facts.summary && styles.dim)} title={summary}>
          {summary}
        </div>
      </div>
      <CardBadges id={id} data={data} />
    </div>
  );
}
