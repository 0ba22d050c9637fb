import { Input, Label, TextField } from "react-aria-components";
import styles from "./TextInput.module.css";

type Props = {
  label: string;
  /** The day as `2026-11-22`; empty for none. */
  value: string;
  onChange: (value: string) => void;
};

/** One day, typed or chosen in the system's calendar. */
export function DateInput({ label, value, onChange }: Props) {
  return (
    <TextField className={styles.field} value={value} onChange={onChange} type="date">
      <Label className={styles.hidden}>{label}</Label>
      <div className={styles.box} title={label}>
        <Input className={styles.input} />
      </div>
    </TextField>
  );
}
