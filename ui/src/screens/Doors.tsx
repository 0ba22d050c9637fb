import { FilePlus2, FolderInput, LayoutTemplate, type LucideIcon } from "lucide-react";
import { useRef } from "react";
import { Button as AriaButton } from "react-aria-components";
import { createFlow } from "../actions/flows";
import type { TemplateSummary } from "../bindings/TemplateSummary";
import { t } from "../words/t";
import styles from "./Doors.module.css";
import { Gallery } from "./Gallery";
import { chooseFiles } from "./importing";

/** The first start: a template, a file, or an empty canvas. */
export function Doors({ templates }: { templates: readonly TemplateSummary[] }) {
  const gallery = useRef<HTMLElement>(null);
  const showGallery = () => {
    gallery.current?.scrollIntoView({ block: "start" });
    gallery.current?.querySelector("button")?.focus();
  };
  return (
    <>
      <p className={styles.lead}>{t("start.lead")}</p>
      <div className={styles.doors}>
        <Door
          icon={LayoutTemplate}
          title={t("start.template")}
          text={t("start.templateText")}
          onPress={showGallery}
          isFirst
        />
        <Door
          icon={FolderInput}
          title={t("start.import")}
          text={t("start.importText")}
          onPress={chooseFiles}
        />
        <Door
          icon={FilePlus2}
          title={t("start.empty")}
          text={t("start.emptyText")}
          onPress={() => void createFlow(t("flow.untitled"))}
        />
      </div>
      <section ref={gallery} className={styles.gallery} aria-label={t("flows.templates")}>
        <h2 className={styles.title}>{t("flows.templates")}</h2>
        <Gallery templates={templates} search="" />
      </section>
    </>
  );
}

type DoorProps = {
  icon: LucideIcon;
  title: string;
  text: string;
  onPress: () => void;
  isFirst?: boolean;
};

function Door({ icon: Icon, title, text, onPress, isFirst = false }: DoorProps) {
  return (
    <AriaButton className={styles.door ?? ""} onPress={onPress} autoFocus={isFirst}>
      <Icon size={24} aria-hidden />
      <span className={styles.name}>{title}</span>
      <span className={styles.text}>{text}</span>
    </AriaButton>
  );
}
