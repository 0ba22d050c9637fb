import { CircleCheck, CircleDashed, KeyRound } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { setSecret } from "../actions/connections";
import { toast } from "../actions/context";
import type { Slot } from "../bindings/Slot";
import type { SlotState } from "../bindings/SlotState";
import { Badge } from "../kit/Badge";
import { Button } from "../kit/Button";
import { Confirm } from "../kit/Dialog";
import { t } from "../words/t";
import { secretOfFile } from "./files";
import { type SecretElement, SecretField } from "./SecretField";
import styles from "./Secrets.module.css";

/** The secrets of a connection: each can be set, replaced and cleared, none is ever shown. */
export function Secrets({ slots }: { slots: readonly SlotState[] }) {
  // What the system gives out comes and goes by signing in, not by typing.
  const typed = slots.filter(({ slot }) => !slot.by_itself);
  const given = slots.filter(({ slot }) => slot.by_itself);
  if (slots.length === 0) return <p className={styles.quiet}>{t("secret.none")}</p>;
  return (
    <ul className={styles.list}>
      {typed.map((state) => (
        <Secret key={state.slot.name} state={state} />
      ))}
      {given.map(({ slot, is_set }) => (
        <li key={slot.name} className={styles.secret}>
          <div className={styles.line}>
            <Names slot={slot} />
            <Badge tone={is_set ? "ok" : "neutral"} icon={is_set ? CircleCheck : CircleDashed}>
              {is_set ? t("secret.given") : t("secret.givenNone")}
            </Badge>
          </div>
        </li>
      ))}
    </ul>
  );
}

function Names({ slot }: { slot: Slot }) {
  return (
    <div className={styles.names}>
      <span className={styles.name}>{slot.label}</span>
      <span className={styles.help}>{slot.help}</span>
    </div>
  );
}

function SetBadge({ state: { slot, is_set } }: { state: SlotState }) {
  if (is_set) {
    return (
      <Badge tone="ok" icon={CircleCheck}>
        {t("secret.set")}
      </Badge>
    );
  }
  return slot.required ? (
    <Badge tone="warning" icon={KeyRound}>
      {t("secret.notSet")}
    </Badge>
  ) : (
    <Badge icon={CircleDashed}>{t("secret.optional")}</Badge>
  );
}

function Secret({ state }: { state: SlotState }) {
  const { slot, is_set, variable } = state;
  const [isTyping, setTyping] = useState(false);
  const [isClearing, setClearing] = useState(false);
  return (
    <li className={styles.secret}>
      <div className={styles.line}>
        <Names slot={slot} />
        <SetBadge state={state} />
        {variable === undefined && !isTyping && (
          <Button
            size="small"
            variant={is_set || !slot.required ? "plain" : "primary"}
            label={`${t(is_set ? "secret.replace" : "secret.setIt")}: ${slot.label}`}
            onPress={() => setTyping(true)}
          >
            {t(is_set ? "secret.replace" : "secret.setIt")}
          </Button>
        )}
        {variable === undefined && is_set && !isTyping && (
          <Button
            size="small"
            variant="quiet"
            label={`${t("secret.clear")}: ${slot.label}`}
            onPress={() => setClearing(true)}
          >
            {t("secret.clear")}
          </Button>
        )}
      </div>
      {variable !== undefined && (
        <p className={styles.help}>{t("secret.variable", { variable })}</p>
      )}
      {isTyping && <NewValue slot={slot} onDone={() => setTyping(false)} />}
      {isClearing && (
        <Confirm
          title={t("secret.clearTitle", { label: slot.label })}
          text={t("secret.clearText")}
          confirm={t("secret.clear")}
          cancel={t("secret.cancel")}
          onConfirm={() => void setSecret(slot.name, slot.label, null)}
          onClose={() => setClearing(false)}
        />
      )}
    </li>
  );
}

function NewValue({ slot, onDone }: { slot: Slot; onDone: () => void }) {
  const field = useRef<SecretElement>(null);
  const [isBusy, setBusy] = useState(false);
  const store = async (event: FormEvent) => {
    event.preventDefault();
    const value = field.current?.value ?? "";
    if (value === "") return;
    setBusy(true);
    const isDone = await setSecret(slot.name, slot.label, value);
    setBusy(false);
    if (isDone) onDone();
  };
  const choose = () => {
    const input = document.createElement("input");
    input.type = "file";
    input.onchange = () => {
      const file = input.files?.[0];
      if (!file) return;
      void secretOfFile(file).then((text) => {
        if (text === null) toast("error", t("secret.tooLarge", { name: file.name }));
        else if (field.current) field.current.value = text;
      });
    };
    input.click();
  };
  return (
    <form
      className={styles.form}
      onSubmit={(event) => void store(event)}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onDone();
      }}
    >
      <SecretField
        label={t("secret.value", { label: slot.label })}
        help={t("secret.never")}
        multiline={slot.multiline}
        field={field}
      />
      <div className={styles.buttons}>
        <Button size="small" type="submit" variant="primary" disabled={isBusy}>
          {t("secret.store")}
        </Button>
        <Button size="small" onPress={onDone}>
          {t("secret.cancel")}
        </Button>
        {slot.multiline && (
          <Button size="small" variant="quiet" onPress={choose}>
            {t("secret.file")}
          </Button>
        )}
      </div>
    </form>
  );
}
