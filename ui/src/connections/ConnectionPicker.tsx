import { CircleAlert, Plus, SquareArrowOutUpRight } from "lucide-react";
import { goToConnection } from "../actions/connections";
import { useForm } from "../form/door";
import { IconButton } from "../kit/Button";
import { Select } from "../kit/Select";
import { environmentOf, grouped, lookUp } from "../model/connections";
import { store, useGantry } from "../model/store";
import { useNow } from "../screens/useNow";
import { t } from "../words/t";
import { EnvironmentMark } from "./EnvironmentMark";
import { healthStanding } from "./health";
import styles from "./Picker.module.css";

type Props = { node: string; title: string; chosen: string | undefined };

const NONE = "";

/** The account that a node's calls are made with. */
export function ConnectionPicker({ node, title, chosen }: Props) {
  const { change, readOnly } = useForm();
  const list = useGantry((state) => state.connections);
  const environment = useGantry((state) => environmentOf(state.settings));
  const groups = grouped(list ?? []);
  const isKnown = chosen === undefined || groups.some(({ id }) => id === chosen);
  const options = [
    { value: NONE, label: t("picker.none") },
    ...groups.map(({ id, name, by, base_url }) => ({
      value: id,
      label: name,
      about: by[environment]?.base_url ?? base_url,
    })),
    ...(isKnown ? [] : [{ value: chosen, label: chosen }]),
  ];
  return (
    <div className={styles.picker} data-key="/connection">
      <span className={styles.label}>
        {t("picker.label")}
        <EnvironmentMark environment={environment} />
      </span>
      <div className={styles.line}>
        <div className={styles.select}>
          <Select
            label={t("picker.label")}
            labelHidden
            value={chosen ?? NONE}
            options={options}
            disabled={readOnly}
            onChange={(id) =>
              change("/connection", id === NONE ? undefined : id, t("picker.change", { title }))
            }
          />
        </div>
        <IconButton
          icon={Plus}
          label={t("picker.new")}
          disabled={readOnly}
          onPress={() => store.setState({ overlay: { type: "new_connection", node } })}
        />
      </div>
      <Standing chosen={chosen} />
    </div>
  );
}

/** How the chosen connection stands in the environment; what to do where it does not work. */
function Standing({ chosen }: { chosen: string | undefined }) {
  const list = useGantry((state) => state.connections);
  const environment = useGantry((state) => environmentOf(state.settings));
  const now = useNow();
  const found = lookUp(list, chosen, environment);
  const where = t(`environment.in.${environment}`);
  switch (found.state) {
    case "none":
      return null;
    case "unknown":
      return <Lack text={t("picker.unknown", { id: chosen ?? "" })} />;
    case "elsewhere": {
      const { id, environment: there } = found.connection;
      return (
        <Lack
          text={t("picker.missing", { id, environment: where })}
          onOpen={() => void goToConnection({ id, environment: there })}
        />
      );
    }
    case "here": {
      const { id, health, account } = found.connection;
      const { icon: Icon, tone, word } = healthStanding(health, now);
      return (
        <p className={styles.standing} data-tone={tone}>
          <Icon size={14} aria-hidden />
          <span title={health.message}>
            {[word, account].filter(Boolean).join(" · ")}
            {health.state !== "ready" && ` · ${health.message}`}
          </span>
          <OpenButton onOpen={() => void goToConnection({ id, environment })} />
        </p>
      );
    }
    default:
      return found satisfies never;
  }
}

function Lack({ text, onOpen }: { text: string; onOpen?: () => void }) {
  return (
    <p className={styles.standing} data-tone="error" role="alert">
      <CircleAlert size={14} aria-hidden />
      <span>{text}</span>
      {onOpen && <OpenButton onOpen={onOpen} />}
    </p>
  );
}

function OpenButton({ onOpen }: { onOpen: () => void }) {
  return (
    <IconButton
      size="small"
      icon={SquareArrowOutUpRight}
      label={t("picker.open")}
      onPress={onOpen}
    />
  );
}
