import { ChevronLeft, ChevronRight, CircleX, CornerDownRight } from "lucide-react";
import { useMemo, useState } from "react";
import type { ItemError } from "../bindings/ItemError";
import type { NodeCounts } from "../bindings/NodeCounts";
import { JsonLines } from "../data/JsonLines";
import { Segments } from "../form/Segments";
import { Badge } from "../kit/Badge";
import { Button, IconButton } from "../kit/Button";
import { mappable, openMapper, rowAt } from "../mapper/open";
import { useGantry } from "../model/store";
import { formatCount } from "../words/format";
import { t } from "../words/t";
import styles from "./ErrorCard.module.css";
import { ExchangeDetail } from "./ExchangeDetail";
import { splitSentence, verdictSentence } from "./errors";
import { goToField } from "./view";

type Props = { errors: readonly ItemError[]; counts: NodeCounts | undefined };
type Detail = "none" | "item" | "call";

/** One kind of error: the sentence, what it means, the next step; item and call one click down. */
export function ErrorCard({ errors, counts }: Props) {
  const [index, setIndex] = useState(0);
  const [detail, setDetail] = useState<Detail>("none");
  const error = errors[Math.min(index, errors.length - 1)];
  const roots = useMemo(() => [error?.value], [error]);
  if (error === undefined) return null;
  const { key } = error;
  const [headline, rest] = splitSentence(error.message);
  const options = [
    { value: "none" as const, label: t("error.hide") },
    ...(error.value === undefined ? [] : [{ value: "item" as const, label: t("error.item") }]),
    ...(error.exchange === undefined ? [] : [{ value: "call" as const, label: t("error.call") }]),
  ];
  return (
    <article className={styles.card}>
      <p className={styles.sentence}>
        <CircleX size={16} aria-label={t("severity.error")} />
        <span>
          {headline}
          {rest !== "" && <span className={styles.rest}> {rest}</span>}
        </span>
      </p>
      <p className={styles.verdict}>{verdictSentence(error, counts)}</p>
      {error.advice !== undefined && error.advice !== "" && (
        <p className={styles.advice}>
          <CornerDownRight size={14} aria-hidden />
          {error.advice}
        </p>
      )}
      <div className={styles.facts}>
        <Badge tone="error">{t(`errorClass.${error.class}`)}</Badge>
        {error.attempts > 1 && <span>{t("error.attempts", { n: error.attempts })}</span>}
        {errors.length > 1 ? (
          <span className={styles.walk}>
            <IconButton
              label={t("error.previous")}
              icon={ChevronLeft}
              size="small"
              disabled={index === 0}
              onPress={() => setIndex(index - 1)}
            />
            {t("error.place", { n: formatCount(index + 1), count: formatCount(errors.length) })}
            <IconButton
              label={t("error.next")}
              icon={ChevronRight}
              size="small"
              disabled={index >= errors.length - 1}
              onPress={() => setIndex(index + 1)}
            />
          </span>
        ) : null}
        {error.item !== undefined && (
          <code className={styles.lineage} title={t("error.lineage")}>
            {error.item}
          </code>
        )}
      </div>
      <div className={styles.actions}>
        {key !== undefined && (
          <Button size="small" onPress={() => goToField(key)}>
            {t("error.goToField")}
          </Button>
        )}
        {key !== undefined && <MapperButton node={error.node} at={key} />}
        {options.length > 1 && (
          <Segments
            label={t("error.details")}
            value={detail}
            options={options}
            onChange={setDetail}
          />
        )}
      </div>
      {detail === "item" && (
        <div className={styles.item}>
          <JsonLines roots={roots} foldFrom={3} />
        </div>
      )}
      {detail === "call" && error.exchange !== undefined && (
        <ExchangeDetail exchange={error.exchange} />
      )}
    </article>
  );
}

/** Leads from a field that failed to its rule, where it is one of a mapping. */
function MapperButton({ node, at }: { node: string; at: string }) {
  const isMapped = useGantry((state) => mappable(state) === node);
  const row = rowAt(at);
  if (!isMapped || row === null) return null;
  return (
    <Button size="small" onPress={() => openMapper(node, row)}>
      {t("mapper.openAt")}
    </Button>
  );
}
