import { LayoutTemplate } from "lucide-react";
import { Button as AriaButton } from "react-aria-components";
import { createFlow } from "../actions/flows";
import type { TemplateSummary } from "../bindings/TemplateSummary";
import { EmptyState } from "../kit/EmptyState";
import { t } from "../words/t";
import styles from "./Gallery.module.css";
import { GraphPicture } from "./GraphPicture";
import { TypeIcons } from "./TypeIcons";

type Props = { templates: readonly TemplateSummary[]; search: string };

/** Flows to start from, each with its picture and what it is for. */
export function Gallery({ templates, search }: Props) {
  if (templates.length === 0) {
    return (
      <EmptyState
        icon={LayoutTemplate}
        title={search === "" ? t("gallery.empty") : t("gallery.none", { search })}
        text={search === "" ? t("gallery.emptyHint") : t("flows.noneHint")}
      />
    );
  }
  return (
    <div className={styles.scroller}>
      <ul className={styles.cards} aria-label={t("flows.templates")}>
        {templates.map((template) => (
          <li key={template.id}>
            <AriaButton
              className={styles.card ?? ""}
              aria-label={t("gallery.use", { name: template.name })}
              onPress={() => void createFlow(template.name, template.id)}
            >
              <span className={styles.picture}>
                <GraphPicture
                  flow={template.flow}
                  layout={template.layout}
                  label={t("gallery.picture", { name: template.name })}
                />
              </span>
              <span className={styles.text}>
                <span className={styles.name}>{template.name}</span>
                <span className={styles.about}>{template.about}</span>
              </span>
              <span className={styles.foot}>
                <TypeIcons types={template.types} count={template.flow.nodes.length} />
              </span>
            </AriaButton>
          </li>
        ))}
      </ul>
    </div>
  );
}
