import { CircleX, Copy, Download, Ellipsis, FolderOpen, SearchX, Trash2 } from "lucide-react";
import { Button as AriaButton, GridList, GridListItem } from "react-aria-components";
import { askToDeleteFlow, duplicateFlow, exportFlow, openFlow } from "../actions/flows";
import type { FlowSummary } from "../bindings/FlowSummary";
import { neverRun, runStanding } from "../inspector/status";
import { Badge } from "../kit/Badge";
import { Button } from "../kit/Button";
import { EmptyState } from "../kit/EmptyState";
import { Menu } from "../kit/Menu";
import { formatAgo, formatDate } from "../words/format";
import { t } from "../words/t";
import styles from "./Flows.module.css";
import { TypeIcons } from "./TypeIcons";
import { useNow } from "./useNow";

type Props = { flows: readonly FlowSummary[]; search: string; onTemplates: () => void };

/** The user's flows. Arrows walk through them, Enter opens one. */
export function FlowList({ flows, search, onTemplates }: Props) {
  const now = useNow();
  if (flows.length === 0) {
    return (
      <EmptyState icon={SearchX} title={t("flows.none", { search })} text={t("flows.noneHint")}>
        <Button onPress={onTemplates}>{t("flows.showTemplates")}</Button>
      </EmptyState>
    );
  }
  return (
    <GridList
      className={styles.list ?? ""}
      aria-label={t("rail.flows")}
      selectionMode="none"
      onAction={(key) => void openFlow(String(key))}
    >
      {flows.map((flow) => (
        <GridListItem key={flow.id} id={flow.id} textValue={flow.name} className={styles.row ?? ""}>
          <FlowRow flow={flow} now={now} />
        </GridListItem>
      ))}
    </GridList>
  );
}

function FlowRow({ flow, now }: { flow: FlowSummary; now: number }) {
  const run = flow.last_run;
  const standing = run ? runStanding(run.status) : neverRun();
  return (
    <>
      <div className={styles.names}>
        <span className={styles.name}>
          <span className={styles.nameText} title={flow.name}>
            {flow.name}
          </span>
          {flow.errors > 0 && (
            <Badge tone="error" icon={CircleX}>
              {t("flows.errors", { n: flow.errors })}
            </Badge>
          )}
        </span>
        <span className={styles.about}>{flow.about || t("flows.noAbout")}</span>
      </div>
      <div className={styles.types}>
        <TypeIcons types={flow.types} count={flow.nodes} />
      </div>
      <div className={styles.run} title={run?.summary}>
        <span className={styles.standing} data-tone={standing.tone}>
          <standing.icon
            size={14}
            aria-hidden
            className={standing.isMoving ? styles.moving : undefined}
          />
          {standing.word}
        </span>
        <span className={styles.when} title={formatDate(run ? run.started_at : flow.saved_at)}>
          {run
            ? formatAgo(run.started_at, now)
            : t("flows.edited", { when: formatAgo(flow.saved_at, now) })}
        </span>
      </div>
      <Menu
        label={t("flows.menu", { name: flow.name })}
        placement="bottom end"
        entries={[
          {
            id: "open",
            label: t("flows.open"),
            icon: FolderOpen,
            keys: "Enter",
            run: () => void openFlow(flow.id),
          },
          {
            id: "copy",
            label: t("action.duplicate"),
            icon: Copy,
            run: () => void duplicateFlow(flow.id),
          },
          {
            id: "export",
            label: t("flows.export"),
            icon: Download,
            run: () => void exportFlow(flow.id),
          },
          "separator",
          {
            id: "delete",
            label: t("flows.delete"),
            icon: Trash2,
            danger: true,
            run: () => askToDeleteFlow(flow.id, flow.name),
          },
        ]}
      >
        <AriaButton className={styles.more ?? ""} aria-label={t("flows.menu", { name: flow.name })}>
          <Ellipsis size={16} aria-hidden />
        </AriaButton>
      </Menu>
    </>
  );
}
