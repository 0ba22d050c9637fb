import { renameNode } from "../actions/nodes";
import { POLICY_ICONS } from "../actions/policy-icons";
import { viewport } from "../actions/viewport";
import type { OnError } from "../bindings/OnError";
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

/** What becomes of an item that fails, as a small sign with its words on hover. */
function Policy({ value = "stop" }: { value: OnError | undefined }) {
  const policy = typeof value === "string" ? value : "substitute";
  const Icon = POLICY_ICONS[policy];
  const words = t(`onError.${policy}`);
  return (
    <span
      className={styles.policy}
      data-policy={policy}
      role="img"
      aria-label={words}
      title={words}
    >
      <Icon size={12} aria-hidden />
    </span>
  );
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
        <div className={styles.second}>
          <div className={cx(styles.summary, !facts.summary && styles.dim)} title={summary}>
            {summary}
          </div>
          {data.info && data.info.family !== "trigger" && <Policy value={data.spec.on_error} />}
        </div>
      </div>
      <CardBadges id={id} data={data} />
    </div>
  );
}
