import { CassetteTape, FileUp } from "lucide-react";
import { useEffect } from "react";
import { chooseCassettes, importCassettes, loadCassettes } from "../actions/cassettes";
import { Button } from "../kit/Button";
import { DropArea } from "../kit/DropArea";
import { EmptyState } from "../kit/EmptyState";
import { Spinner } from "../kit/Spinner";
import { useGantry } from "../model/store";
import flows from "../screens/Flows.module.css";
import { t } from "../words/t";
import { CassetteCalls } from "./CassetteCalls";
import { CassetteTable } from "./CassetteTable";

/** The recorded calls that runs can be answered from: all cassettes, or the one that is open. */
export function CassettesScreen() {
  const list = useGantry((state) => state.cassettes);
  const open = useGantry((state) => state.cassette);
  useEffect(() => void loadCassettes(), []);
  if (open) return <CassetteCalls key={open.cassette.name} view={open} />;
  const button = (
    <Button icon={FileUp} onPress={chooseCassettes}>
      {t("cassettes.import")}
    </Button>
  );
  return (
    <DropArea isCentered hint={t("cassettes.drop")} onDrop={(files) => void importCassettes(files)}>
      <div className={flows.page}>
        <header className={flows.header}>
          <h1 className={flows.title}>{t("rail.cassettes")}</h1>
          <span className={flows.search} />
          {list !== null && list.length > 0 && button}
        </header>
        {list === null && <Spinner label={t("cassettes.loading")} size={20} />}
        {list?.length === 0 && (
          <EmptyState
            icon={CassetteTape}
            title={t("cassettes.none")}
            text={t("cassettes.noneHint")}
          >
            {button}
          </EmptyState>
        )}
        {list !== null && list.length > 0 && <CassetteTable cassettes={list} />}
      </div>
    </DropArea>
  );
}
