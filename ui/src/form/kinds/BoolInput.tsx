import { Switch } from "react-aria-components";
import type { FieldKind } from "../../bindings/FieldKind";
import { useForm } from "../door";
import type { KindProps } from "../kind";
import { changeLabel } from "../labels";
import styles from "./Switch.module.css";

type Props = KindProps<Extract<FieldKind, { type: "bool" }>>;

/** Yes or no. */
export function BoolInput({ label, pointer, value, fallback }: Props) {
  const { change, readOnly } = useForm();
  const isOn = typeof value === "boolean" ? value : fallback === true;
  return (
    <Switch
      className={styles.switch ?? ""}
      isSelected={isOn}
      isDisabled={readOnly}
      onChange={(next) =>
        change(pointer, next === (fallback ?? false) ? undefined : next, changeLabel(label))
      }
    >
      <span className={styles.track}>
        <span className={styles.knob} />
      </span>
      {label}
    </Switch>
  );
}
