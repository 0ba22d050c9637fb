import { Waypoints } from "lucide-react";
import { useMemo } from "react";
import type { Field } from "../bindings/Field";
import { ConnectionPicker } from "../connections/ConnectionPicker";
import { JsonLines } from "../data/JsonLines";
import type { FormDoor } from "../form/door";
import { Findings } from "../form/FieldRow";
import { Form } from "../form/Form";
import { elsewhere } from "../form/findings";
import { join } from "../form/pointer";
import { Button } from "../kit/Button";
import { mappable, openMapper } from "../mapper/open";
import { environmentOf, lookUp } from "../model/connections";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./Inspector.module.css";
import { NodeMode } from "./NodeMode";
import type { NodeInView } from "./useNode";

type Props = {
  view: NodeInView;
  door: Omit<FormDoor, "active" | "activate">;
  jump: { key: string } | undefined;
};

/** The form of a node's params, made from what its type tells. */
export function ParamsTab({ view, door, jump }: Props) {
  const { node, info } = view;
  const base = useGantry((state) => {
    const found = lookUp(state.connections, node.connection, environmentOf(state.settings));
    return found.state === "here" ? found.connection.base_url : undefined;
  });
  const withBase = useMemo(
    () => (base === undefined ? door : { ...door, before: { [ADDRESS]: base } }),
    [door, base],
  );
  if (info === undefined) return <UnknownType view={view} door={door} />;
  const keys = info.fields.map((field) => join("/params", field.key));
  const hasParams = Object.keys(node.params ?? {}).length > 0;
  // What is wrong with settings of other tabs is shown there.
  const loose = elsewhere(door.diagnostics, [...keys, ...OTHER_TABS]);
  return (
    <div className={styles.scroll}>
      <Findings found={loose} />
      <MapperButton node={node.id} />
      {info.fields.length === 0 && !hasParams && (
        <p className={styles.quiet}>{t("inspector.noParams", { title: info.title })}</p>
      )}
      {info.fields.length === 0 && hasParams ? (
        <Form fields={[WHOLE]} value={node} pointer="" door={door} jump={jump} />
      ) : (
        <Form
          fields={info.fields}
          value={node.params ?? {}}
          pointer="/params"
          door={withBase}
          jump={jump}
        >
          {info.family === "system" && (
            <ConnectionPicker node={node.id} title={info.title} chosen={node.connection} />
          )}
        </Form>
      )}
      {info.family === "system" && <NodeMode node={node.id} />}
    </div>
  );
}

/** The way to the mapper, for a node that has one. */
function MapperButton({ node }: { node: string }) {
  const isMappable = useGantry((state) => mappable(state) === node);
  if (!isMappable) return null;
  return (
    <div>
      <Button icon={Waypoints} onPress={() => openMapper(node)}>
        {t("mapper.open")}
      </Button>
    </div>
  );
}

/** The params as one JSON, for a type that tells of no fields while the file has params. */
const WHOLE: Field = {
  key: "params",
  label: t("inspector.params"),
  required: false,
  advanced: false,
  kind: { type: "json" },
};

/** Where an address stands that a connection's base URL is put before. */
const ADDRESS = "/params/url";

const OTHER_TABS = ["/retry", "/timeout_ms", "/on_error", "/concurrency"];

/** A type that this version does not know: its params are kept as they are. */
function UnknownType({ view, door }: Omit<Props, "jump">) {
  const { node } = view;
  const roots = useMemo(() => [node.params ?? {}], [node.params]);
  return (
    <div className={styles.scroll}>
      <p>{t("inspector.unknown", { type: node.type })}</p>
      <Findings found={door.diagnostics} />
      <div className={styles.rawParams}>
        <JsonLines roots={roots} foldFrom={4} />
      </div>
    </div>
  );
}
