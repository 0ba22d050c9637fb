import { Cable, Plus, Search } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { loadConnections, loadVault } from "../actions/connections";
import { Button } from "../kit/Button";
import { EmptyState } from "../kit/EmptyState";
import { Spinner } from "../kit/Spinner";
import { TextInput } from "../kit/TextInput";
import { grouped, matching } from "../model/connections";
import { store, useGantry } from "../model/store";
import flows from "../screens/Flows.module.css";
import { t } from "../words/t";
import { ConnectionEditor } from "./ConnectionEditor";
import styles from "./Connections.module.css";
import { ConnectionTable } from "./ConnectionTable";
import { VaultBanner } from "./VaultBanner";

/** The accounts at other systems: all of them, or the one that is open. */
export function ConnectionsScreen() {
  const open = useGantry((state) => state.connection);
  useEffect(() => {
    void loadConnections();
    void loadVault();
  }, []);
  return (
    <main className={flows.screen}>
      {open ? (
        <ConnectionEditor key={`${open.view.spec.id} ${open.view.spec.environment}`} open={open} />
      ) : (
        <AllConnections />
      )}
    </main>
  );
}

function AllConnections() {
  const list = useGantry((state) => state.connections);
  const [search, setSearch] = useState("");
  const groups = useMemo(() => grouped(list ?? []), [list]);
  const found = useMemo(() => matching(groups, search), [groups, search]);
  const make = (
    <Button
      icon={Plus}
      variant="primary"
      onPress={() => store.setState({ overlay: { type: "new_connection" } })}
    >
      {t("connections.new")}
    </Button>
  );
  return (
    <div className={flows.page}>
      <header className={flows.header}>
        <h1 className={flows.title}>{t("rail.connections")}</h1>
        {groups.length > 0 && (
          <>
            <div className={flows.search}>
              <TextInput
                label={t("connections.search")}
                labelHidden
                icon={Search}
                value={search}
                placeholder={t("connections.search")}
                onChange={setSearch}
              />
            </div>
            {make}
          </>
        )}
      </header>
      <div className={styles.banner}>
        <VaultBanner />
      </div>
      {list === null && <Spinner label={t("connections.loading")} size={20} />}
      {list !== null && groups.length === 0 && (
        <EmptyState icon={Cable} title={t("connections.none")} text={t("connections.noneHint")}>
          {make}
        </EmptyState>
      )}
      {groups.length > 0 && found.length === 0 && (
        <EmptyState
          icon={Search}
          title={t("connections.noneFound", { search })}
          text={t("connections.noneFoundHint")}
        />
      )}
      {found.length > 0 && <ConnectionTable groups={found} />}
    </div>
  );
}
