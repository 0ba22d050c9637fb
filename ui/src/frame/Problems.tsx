import { CircleAlert, CircleCheck, Info, type LucideIcon, TriangleAlert } from "lucide-react";
import { goToField } from "../actions/select";
import { titleOf } from "../actions/world";
import type { Severity } from "../bindings/Severity";
import { EmptyState } from "../kit/EmptyState";
import { store, useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./Problems.module.css";

const ICONS: Record<Severity, LucideIcon> = {
  error: CircleAlert,
  warning: TriangleAlert,
  info: Info,
};

type RowProps = {
  severity: Severity;
  message: string;
  advice?: string;
  node: string | undefined;
  fieldKey: string | null;
};

function Row({ severity, message, advice, node, fieldKey }: RowProps) {
  const Icon = ICONS[severity];
  return (
    <li>
      <button
        type="button"
        className={styles.row}
        disabled={node === undefined}
        onClick={() => node !== undefined && goToField(node, fieldKey)}
      >
        <Icon size={16} aria-hidden className={styles[severity]} />
        <span className={styles.message}>
          {message}
          {advice && <span className={styles.advice}>{advice}</span>}
        </span>
        {node !== undefined && (
          <span className={styles.node}>{titleOf(store.getState(), node)}</span>
        )}
      </button>
    </li>
  );
}

/** All that is wrong, in the flow and in the run; a click goes to the place. */
export function Problems() {
  const diagnostics = useGantry((state) => state.open?.findings.diagnostics);
  const errors = useGantry((state) => state.run?.errors);
  const inFlow = diagnostics ?? [];
  const inRun = errors ?? [];
  if (inFlow.length + inRun.length === 0) {
    return (
      <EmptyState
        icon={CircleCheck}
        title={t("runBar.noProblems")}
        text={t("runBar.noProblemsHint")}
      />
    );
  }
  return (
    <div className={styles.problems}>
      {inFlow.length > 0 && (
        <section aria-label={t("runBar.flowProblems")}>
          <h3>{t("runBar.flowProblems")}</h3>
          <ul>
            {inFlow.map(({ severity, code, message, at }) => (
              <Row
                key={`${code} ${at.node} ${at.key} ${at.wire} ${message}`}
                severity={severity}
                message={message}
                node={at.node}
                fieldKey={at.key ?? null}
              />
            ))}
          </ul>
        </section>
      )}
      {inRun.length > 0 && (
        <section aria-label={t("runBar.runErrors")}>
          <h3>{t("runBar.runErrors")}</h3>
          <ul>
            {inRun.map((error) => (
              <Row
                key={`${error.node} ${error.item} ${error.message}`}
                severity="error"
                message={error.message}
                {...(error.advice ? { advice: error.advice } : {})}
                node={error.node}
                fieldKey={error.key ?? null}
              />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
