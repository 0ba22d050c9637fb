import { CircleParking } from "lucide-react";
import { useContext, useMemo } from "react";
import { showParkedOf } from "../actions/parked";
import type { OnError } from "../bindings/OnError";
import { FormContext, type FormDoor, useForm } from "../form/door";
import { Findings } from "../form/FieldRow";
import { Form } from "../form/Form";
import formStyles from "../form/Form.module.css";
import { within } from "../form/findings";
import { JsonInput } from "../form/kinds/JsonInput";
import { changeLabel } from "../form/labels";
import { Button } from "../kit/Button";
import { Select } from "../kit/Select";
import { openAt } from "../model/parked";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import { errorFields } from "./errorFields";
import styles from "./Inspector.module.css";
import { retrySentence } from "./retry";
import type { NodeInView } from "./useNode";

type Props = {
  view: NodeInView;
  door: Omit<FormDoor, "active" | "activate">;
  jump: { key: string } | undefined;
};

/** What becomes of a step that fails: tries, time limit, and where the item goes. */
export function ErrorsTab({ view, door, jump }: Props) {
  const { node, info } = view;
  const isPerItem = info?.consumes === "each" || info?.consumes === "scope";
  const fields = useMemo(
    () => errorFields(isPerItem, retrySentence(node.retry, node.timeout_ms)),
    [isPerItem, node.retry, node.timeout_ms],
  );
  return (
    <div className={styles.scroll}>
      <Form fields={fields} value={node} pointer="" door={door} jump={jump}>
        <OnErrorField value={node.on_error ?? "stop"} />
        <ParkedHere node={node.id} />
      </Form>
    </div>
  );
}

/** How many items of the node wait to be mended, and the way to them. */
function ParkedHere({ node }: { node: string }) {
  const flow = useGantry((state) => state.open?.flow.id ?? "");
  const n = useGantry((state) => openAt(state.parked.open, flow, node));
  if (n === 0) return null;
  return (
    <div>
      <Button size="small" icon={CircleParking} onPress={() => showParkedOf(flow, node)}>
        {t("parked.here", { n })}
      </Button>
    </div>
  );
}

const CHOICES = ["stop", "skip", "substitute", "port", "park"] as const;
type Choice = (typeof CHOICES)[number];

function OnErrorField({ value }: { value: OnError }) {
  const { change, readOnly, diagnostics } = useForm();
  const surroundings = useContext(FormContext);
  const label = t("policy.onError");
  const chosen: Choice = typeof value === "string" ? value : "substitute";
  // The substitute is a value of its own: without any text it is null, not absent.
  const forSubstitute = useMemo(
    (): FormDoor => ({
      ...surroundings,
      change: (key, next, name) => surroundings.change(key, next ?? null, name),
    }),
    [surroundings],
  );
  const choose = (next: Choice) => {
    if (next === chosen) return;
    const stored =
      next === "stop" ? undefined : next === "substitute" ? { substitute: null } : next;
    change("/on_error", stored, changeLabel(label));
  };
  return (
    <div className={formStyles.row} data-key="/on_error">
      <Select
        label={label}
        value={chosen}
        disabled={readOnly}
        options={CHOICES.map((each) => ({
          value: each,
          label: t(`policy.${each}`),
          about: t(`policy.${each}.about`),
        }))}
        onChange={choose}
      />
      <p className={formStyles.help}>{t(`policy.${chosen}.about`)}</p>
      {typeof value === "object" && (
        <FormContext value={forSubstitute}>
          <JsonInput
            kind={{ type: "json" }}
            label={t("policy.substituteValue")}
            pointer="/on_error/substitute"
            value={value.substitute}
            fallback={undefined}
            placeholder=""
          />
        </FormContext>
      )}
      <Findings found={within(diagnostics, "/on_error")} />
    </div>
  );
}
