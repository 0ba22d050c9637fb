import { Play, Save, Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { forgetInput, keepInput, runWith } from "../actions/run-with";
import type { Field } from "../bindings/Field";
import { JsonEditor, jsonText } from "../data/JsonEditor";
import { Form } from "../form/Form";
import { readJson } from "../form/json";
import { isRecord } from "../form/pointer";
import { Button } from "../kit/Button";
import { Dialog } from "../kit/Dialog";
import { Select } from "../kit/Select";
import { TextInput } from "../kit/TextInput";
import { inputsOf, itemsOf } from "../model/inputs";
import { setAt } from "../model/pointer";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./RunWith.module.css";

type Props = { flow: string; fields: Field[]; onClose: () => void };

/** Asks which items a flow is run with: in a form where it says what it takes, else as JSON. */
export function RunWith({ flow, fields, onClose }: Props) {
  const settings = useGantry((state) => state.settings);
  const inputs = useMemo(() => inputsOf(settings, flow), [settings, flow]);
  const names = Object.keys(inputs);
  const [chosen, setChosen] = useState<string | null>(null);
  const [name, setName] = useState("");
  const [text, setText] = useState(fields.length > 0 ? "{}" : "");
  const reading = useMemo(() => readJson(text), [text]);
  const items = itemsOf(reading.value);
  // A form shows one item; what was kept as several is shown as JSON.
  const isForm = fields.length > 0 && items.length === 1 && isRecord(items[0]);
  const isWhole = reading.fault === undefined;
  const open = (input: string) => {
    const kept = inputs[input] ?? [];
    setChosen(input);
    setName(input);
    setText(jsonText(kept.length === 1 ? kept[0] : kept));
  };
  return (
    <Dialog title={t("runWith.title")} onClose={onClose}>
      <div className={styles.body}>
        {names.length > 0 && (
          <div className={styles.kept}>
            <Select
              label={t("runWith.kept")}
              value={chosen}
              placeholder={t("runWith.choose")}
              options={names.map((each) => ({ value: each, label: each }))}
              onChange={open}
            />
            {chosen !== null && (
              <Button
                variant="quiet"
                icon={Trash2}
                onPress={() => {
                  setChosen(null);
                  void forgetInput(flow, chosen);
                }}
              >
                {t("runWith.forget")}
              </Button>
            )}
          </div>
        )}
        {isForm ? (
          <ItemForm fields={fields} item={items[0]} onChange={(item) => setText(jsonText(item))} />
        ) : (
          <JsonEditor
            label={t("runWith.items")}
            text={text}
            placeholder={t("runWith.placeholder")}
            onChange={setText}
          />
        )}
        <div className={styles.keep}>
          <TextInput label={t("runWith.name")} value={name} onChange={setName} />
          <Button
            icon={Save}
            disabled={name.trim() === "" || !isWhole}
            onPress={() => {
              setChosen(name.trim());
              void keepInput(flow, name.trim(), items);
            }}
          >
            {t("runWith.keep")}
          </Button>
        </div>
        <div className={styles.buttons}>
          <Button onPress={onClose}>{t("confirm.cancel")}</Button>
          <Button variant="primary" icon={Play} disabled={!isWhole} onPress={() => runWith(items)}>
            {t("runWith.run", { n: Math.max(items.length, 1) })}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

type ItemProps = { fields: Field[]; item: unknown; onChange: (item: object) => void };

function ItemForm({ fields, item, onChange }: ItemProps) {
  const door = useMemo(
    () => ({
      diagnostics: [],
      readOnly: false,
      change: (key: string, value: unknown) =>
        onChange(setAt(isRecord(item) ? item : {}, key, value)),
      names: { items: undefined, vars: [], env: [], nodes: [] },
      preview: undefined,
    }),
    [item, onChange],
  );
  return <Form fields={fields} value={item} pointer="" door={door} />;
}
