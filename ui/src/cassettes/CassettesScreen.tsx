import { CassetteTape, FileUp } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { chooseCassettes, importCassettes, loadCassettes } from "../actions/cassettes";
import { Button } from "../kit/Button";
import { cx } from "../kit/cx";
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
    <DropArea>
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

/** The whole screen takes files that are dropped on it. */
function DropArea({ children }: { children: ReactNode }) {
  const [isOver, setOver] = useState(false);
  return (
    <main
      className={cx(flows.screen, isOver && flows.over)}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        const to = event.relatedTarget;
        if (!(to instanceof Node && event.currentTarget.contains(to))) setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void importCassettes([...event.dataTransfer.files]);
      }}
    >
      {children}
      {isOver && <p className={flows.drop}>{t("cassettes.drop")}</p>}
    </main>
  );
}
