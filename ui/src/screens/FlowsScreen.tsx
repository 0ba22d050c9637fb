import { FilePlus2, FolderInput, Search } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { createFlow, loadFlows, loadTemplates } from "../actions/flows";
import { Segments } from "../form/Segments";
import { Button } from "../kit/Button";
import { DropArea } from "../kit/DropArea";
import { Spinner } from "../kit/Spinner";
import { TextInput } from "../kit/TextInput";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import { Doors } from "./Doors";
import { FlowList } from "./FlowList";
import styles from "./Flows.module.css";
import { Gallery } from "./Gallery";
import { chooseFiles, importFiles } from "./importing";
import { flowsMatching, templatesMatching } from "./searching";

type Part = "flows" | "templates";

/** All flows, and the templates to start new ones from. */
export function FlowsScreen() {
  const flows = useGantry((state) => state.flows);
  const templates = useGantry((state) => state.templates);
  const [part, setPart] = useState<Part>("flows");
  const [search, setSearch] = useState("");
  const searchInput = useRef<HTMLInputElement>(null);
  useEffect(() => {
    void loadFlows();
    void loadTemplates();
  }, []);
  const found = useMemo(() => flowsMatching(flows ?? [], search), [flows, search]);
  const foundTemplates = useMemo(
    () => templatesMatching(templates ?? [], search),
    [templates, search],
  );
  const isNew = flows !== null && flows.length === 0;
  return (
    <DropArea isCentered hint={t("flows.drop")} onDrop={(files) => void importFiles(files)}>
      <div className={styles.page}>
        <header className={styles.header}>
          <h1 className={styles.title}>{isNew ? t("start.title") : t("rail.flows")}</h1>
          {!isNew && (
            <>
              <Segments
                label={t("flows.part")}
                value={part}
                options={[
                  { value: "flows", label: t("flows.own") },
                  { value: "templates", label: t("flows.templates") },
                ]}
                onChange={setPart}
              />
              <div className={styles.search}>
                <TextInput
                  inputRef={searchInput}
                  label={t("flows.search")}
                  labelHidden
                  icon={Search}
                  value={search}
                  placeholder={part === "flows" ? t("flows.search") : t("flows.searchTemplates")}
                  onChange={setSearch}
                />
              </div>
              <Button icon={FolderInput} onPress={chooseFiles}>
                {t("flows.import")}
              </Button>
              <Button
                icon={FilePlus2}
                variant="primary"
                onPress={() => void createFlow(t("flow.untitled"))}
              >
                {t("flows.new")}
              </Button>
            </>
          )}
        </header>
        {flows === null && <Spinner label={t("flows.loading")} size={20} />}
        {isNew && <Doors templates={templates ?? []} />}
        {flows !== null && !isNew && part === "flows" && (
          <FlowList flows={found} search={search} onTemplates={() => setPart("templates")} />
        )}
        {!isNew && part === "templates" && <Gallery templates={foundTemplates} search={search} />}
      </div>
    </DropArea>
  );
}
