import { Pencil, RotateCw, Undo2 } from "lucide-react";
import { mendParked, retryParked } from "../actions/parked";
import type { ParkedItem } from "../bindings/ParkedItem";
import { JsonEditor, jsonText } from "../data/JsonEditor";
import { readJson } from "../form/json";
import { Badge } from "../kit/Badge";
import { Button } from "../kit/Button";
import { changedFields } from "../model/changes";
import { dataOf, isOpen } from "../model/parked";
import { store, useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./Items.module.css";

/** The item as it entered the node, to be mended: kept as typed, or kept and tried again at once. */
export function ItemEditor({ item }: { item: ParkedItem }) {
  const draft = useGantry(({ parked }) =>
    parked.draft?.id === item.id ? parked.draft.text : undefined,
  );
  const before = item.error.value;
  if (before === undefined && item.edited === undefined) {
    return <p className={styles.quiet}>{t("parked.noItem")}</p>;
  }
  const stored = jsonText(dataOf(item));
  const text = draft ?? stored;
  const reading = readJson(text);
  const isBad = reading.fault !== undefined || reading.value === undefined;
  const isDirty = draft !== undefined && draft !== stored;
  const keep = async (thenRetry: boolean) => {
    const kept = !isDirty || (await mendParked(item.id, reading.value));
    if (kept && thenRetry) await retryParked([item.id]);
  };
  return (
    <div className={styles.editor}>
      <Changes before={before} after={isBad ? dataOf(item) : reading.value} />
      <JsonEditor
        label={t("parked.itemLabel")}
        text={text}
        readOnly={!isOpen(item)}
        onChange={(next) =>
          store.setState(({ parked }) => ({
            parked: { ...parked, draft: { id: item.id, text: next } },
          }))
        }
      />
      {isOpen(item) && (
        <div className={styles.actions}>
          <Button
            variant={isDirty ? "primary" : "plain"}
            icon={RotateCw}
            disabled={isBad}
            onPress={() => void keep(true)}
          >
            {t(isDirty ? "parked.keepAndRetry" : "parked.retryOne")}
          </Button>
          {isDirty && (
            <>
              <Button icon={Pencil} disabled={isBad} onPress={() => void keep(false)}>
                {t("parked.keep")}
              </Button>
              <Button
                variant="quiet"
                onPress={() =>
                  store.setState(({ parked }) => ({ parked: { ...parked, draft: null } }))
                }
              >
                {t("parked.discard")}
              </Button>
            </>
          )}
          {!isDirty && item.edited !== undefined && (
            <Button
              variant="quiet"
              icon={Undo2}
              onPress={() => void mendParked(item.id, undefined)}
            >
              {t("parked.revert")}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function Changes({ before, after }: { before: unknown; after: unknown }) {
  const fields = changedFields(before, after);
  if (fields?.length === 0) return null;
  return (
    <p className={styles.changes}>
      <Badge tone="accent" icon={Pencil} title={t("parked.editedHint")}>
        {t("parked.edited")}
      </Badge>
      {fields === null
        ? t("parked.changedAll")
        : t("parked.changed", { fields: fields.join(", ") })}
    </p>
  );
}
