import { Plus } from "lucide-react";
import type { KeyboardEvent } from "react";
import { duplicateConnection, goToConnection } from "../actions/connections";
import type { ConnectionSummary } from "../bindings/ConnectionSummary";
import type { Environment } from "../bindings/Environment";
import { type ConnectionGroup, ENVIRONMENTS } from "../model/connections";
import { useNow } from "../screens/useNow";
import { t } from "../words/t";
import styles from "./Connections.module.css";
import { EnvironmentMark } from "./EnvironmentMark";
import { healthStanding } from "./health";

const STEPS: Record<string, { rows: number; columns: number }> = {
  ArrowUp: { rows: -1, columns: 0 },
  ArrowDown: { rows: 1, columns: 0 },
  ArrowLeft: { rows: 0, columns: -1 },
  ArrowRight: { rows: 0, columns: 1 },
};

/** Moves the focus to the button above, below or beside, as in a grid. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const button = event.target;
  if (!(button instanceof HTMLButtonElement)) return;
  const rows = [...event.currentTarget.querySelectorAll("tbody tr")];
  const row = rows.findIndex((each) => each.contains(button));
  const buttonsOf = (at: number) => [...(rows[at]?.querySelectorAll("button") ?? [])];
  const column = buttonsOf(row).indexOf(button);
  const step = STEPS[event.key];
  const to = step && buttonsOf(row + step.rows)[column + step.columns];
  if (!to) return;
  event.preventDefault();
  to.focus();
}

/** The connections, each with how it stands in every environment. Arrows walk, Enter opens. */
export function ConnectionTable({ groups }: { groups: readonly ConnectionGroup[] }) {
  const now = useNow();
  return (
    <div className={styles.box}>
      <table className={styles.table} aria-label={t("connections.list")} onKeyDown={walk}>
        <thead>
          <tr>
            <th scope="col">{t("connections.name")}</th>
            {ENVIRONMENTS.map((environment) => (
              <th key={environment} scope="col" data-environment={environment}>
                <EnvironmentMark environment={environment} />
              </th>
            ))}
            <th scope="col">{t("connections.used")}</th>
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <tr key={group.id}>
              <th scope="row" className={styles.names}>
                <span className={styles.name} title={group.name}>
                  {group.name}
                </span>
                <span className={styles.quiet} title={group.base_url}>
                  {group.auth} · {group.base_url || "–"}
                </span>
              </th>
              {ENVIRONMENTS.map((environment) => (
                <td key={environment} data-environment={environment}>
                  <Cell group={group} environment={environment} now={now} />
                </td>
              ))}
              <td className={styles.quiet}>
                {group.flows === 0
                  ? t("connections.noFlows")
                  : t("connections.flows", { n: group.flows })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type CellProps = { group: ConnectionGroup; environment: Environment; now: number };

function Cell({ group, environment, now }: CellProps) {
  const here = group.by[environment];
  if (here) return <Here connection={here} now={now} />;
  const from = [...ENVIRONMENTS].reverse().find((each) => group.by[each] !== undefined);
  const label = t("connections.addTo", {
    name: group.name,
    environment: t(`environment.in.${environment}`),
  });
  return (
    <button
      type="button"
      className={styles.add}
      aria-label={label}
      title={label}
      onClick={() =>
        from && void duplicateConnection({ id: group.id, environment: from }, environment)
      }
    >
      <Plus size={14} aria-hidden />
      {t("connections.add")}
    </button>
  );
}

function Here({ connection, now }: { connection: ConnectionSummary; now: number }) {
  const { id, environment, name, health, account } = connection;
  const { icon: Icon, tone, word } = healthStanding(health, now);
  const label = t("connections.open", { name, environment: t(`environment.in.${environment}`) });
  return (
    <button
      type="button"
      className={styles.pill}
      data-tone={tone}
      aria-label={`${label}: ${word}`}
      title={[account, health.message].filter(Boolean).join("\n")}
      onClick={() => void goToConnection({ id, environment })}
    >
      <Icon size={14} aria-hidden />
      <span>{word}</span>
      {account && <span className={styles.account}>{account}</span>}
    </button>
  );
}
