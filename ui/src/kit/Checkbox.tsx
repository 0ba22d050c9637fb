import { Check } from "lucide-react";
import { Checkbox as AriaCheckbox } from "react-aria-components";
import styles from "./Checkbox.module.css";

type Props = {
  label: string;
  about?: string;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
};

/** A box that is ticked or not, with its words. */
export function Checkbox({ label, about, checked, disabled, onChange }: Props) {
  return (
    <AriaCheckbox
      className={styles.checkbox ?? ""}
      isSelected={checked}
      isDisabled={disabled}
      onChange={onChange}
    >
      <span className={styles.box}>
        {checked && <Check size={12} strokeWidth={3} aria-hidden />}
      </span>
      <span>
        {label}
        {about && <span className={styles.about}>{about}</span>}
      </span>
    </AriaCheckbox>
  );
}
