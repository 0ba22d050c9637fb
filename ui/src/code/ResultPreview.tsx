import { ChevronLeft, ChevronRight, CircleX, SkipForward } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { Preview } from "../bindings/Preview";
import { kindOf } from "../data/cells";
import { asText } from "../data/copy";
import { IconButton } from "../kit/Button";
import { cx } from "../kit/cx";
import { formatCount } from "../words/format";
import { t } from "../words/t";
import { commonError, nextFailing, standOf } from "./previews";
import styles from "./ResultPreview.module.css";
import type { Results } from "./usePreview";

/** Scrolls the preview into sight, unless the field that is typed into would go out of it. */
function showBeside(preview: HTMLElement): void {
  const field = document.activeElement?.getBoundingClientRect();
  let scroller = preview.parentElement;
  while (scroller && scroller.scrollHeight <= scroller.clientHeight) {
    scroller = scroller.parentElement;
  }
  if (!field || !scroller) return;
  const { bottom } = preview.getBoundingClientRect();
  if (bottom - field.top <= scroller.clientHeight) preview.scrollIntoView({ block: "nearest" });
}

/** What an expression gives for the last run's items, one at a time. */
export function ResultPreview({ results }: { results: Results }) {
  const [chosen, setIndex] = useState(0);
  const { previews, isCurrent, problem } = results;
  const { index, count, failing, empty } = standOf(previews, chosen);
  const preview = previews[index];
  const box = useRef<HTMLDivElement>(null);
  const isShown = preview !== undefined;
  useEffect(() => {
    if (isShown && box.current) showBeside(box.current);
  }, [isShown]);
  if (problem !== undefined) return <p className={cx(styles.preview, styles.quiet)}>{problem}</p>;
  if (preview === undefined) {
    return isCurrent ? (
      <p className={cx(styles.preview, styles.quiet)}>{t("preview.noItems")}</p>
    ) : null;
  }
  // A mistake in the expression itself is one mistake, however many items there are.
  const isWhole = commonError(previews) !== undefined;
  const next = nextFailing(previews, index);
  return (
    <div ref={box} className={styles.preview} data-old={!isCurrent || undefined}>
      {!isWhole && (
        <div className={styles.head}>
          <IconButton
            label={t("preview.previous")}
            icon={ChevronLeft}
            size="small"
            disabled={index === 0}
            onPress={() => setIndex(index - 1)}
          />
          <span className={styles.place}>
            {t("preview.place", { n: formatCount(index + 1), count: formatCount(count) })}
          </span>
          <IconButton
            label={t("preview.next")}
            icon={ChevronRight}
            size="small"
            disabled={index >= count - 1}
            onPress={() => setIndex(index + 1)}
          />
          <span className={styles.tally}>{tallyOf(failing, empty)}</span>
          {failing > 0 && next !== undefined && (
            <IconButton
              label={t("preview.nextFailing")}
              icon={SkipForward}
              size="small"
              onPress={() => setIndex(next)}
            />
          )}
        </div>
      )}
      <Result preview={preview} />
    </div>
  );
}

function Result({ preview }: { preview: Preview }) {
  if (preview.error !== undefined) {
    return (
      <p className={styles.error}>
        <CircleX size={14} aria-label={t("severity.error")} />
        <span>
          {preview.error.message} <code className={styles.code}>{preview.error.code}</code>
        </span>
      </p>
    );
  }
  const kind = kindOf(preview.value);
  if (kind === "missing") return <p className={styles.nothing}>{t("preview.nothing")}</p>;
  return (
    <pre className={styles.value}>
      {asText(preview.value)}
      <span className={styles.kind}>{t(`kind.${kind}`)}</span>
    </pre>
  );
}

function tallyOf(failing: number, empty: number): string {
  const parts = [
    failing > 0 ? t("preview.failing", { n: failing }) : "",
    empty > 0 ? t("preview.empty", { n: empty }) : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}
