import { Workflow } from "lucide-react";
import { openFlow } from "../actions/flows";
import type { ConnectionView } from "../bindings/ConnectionView";
import { Button } from "../kit/Button";
import { t } from "../words/t";
import { Card } from "./Card";
import styles from "./Editor.module.css";

/** The flows that name a connection. */
export function UsedBy({ view: { flows, spec } }: { view: ConnectionView }) {
  const [before, after] = t("connection.id").split("{id}");
  return (
    <Card
      title={t("connection.usedBy")}
      actions={
        <span className={styles.quiet}>
          {before}
          <code>{spec.id}</code>
          {after}
        </span>
      }
    >
      {flows.length === 0 ? (
        <p className={styles.quiet}>{t("connection.usedByNone")}</p>
      ) : (
        <div className={styles.flows}>
          {flows.map(({ flow, name }) => (
            <Button
              key={flow}
              size="small"
              icon={Workflow}
              label={t("connection.openFlow", { name })}
              onPress={() => void openFlow(flow)}
            >
              {name}
            </Button>
          ))}
        </div>
      )}
    </Card>
  );
}
