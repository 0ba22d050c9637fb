import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import styles from "./Segments.module.css";

type Props<Value extends string> = {
  label: string;
  value: Value | undefined;
  options: readonly { value: Value; label: string; about?: string }[];
  disabled?: boolean;
  onChange: (value: Value) => void;
};

/** One choice of a few, all of them in sight. */
export function Segments<Value extends string>({
  label,
  value,
  options,
  disabled = false,
  onChange,
}: Props<Value>) {
  return (
    <ToggleButtonGroup
      className={styles.segments ?? ""}
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      isDisabled={disabled}
      selectedKeys={value === undefined ? [] : [value]}
      onSelectionChange={(keys) => {
        const chosen = options.find((option) => keys.has(option.value));
        if (chosen !== undefined && chosen.value !== value) onChange(chosen.value);
      }}
    >
      {options.map((option) => (
        <ToggleButton
          key={option.value}
          id={option.value}
          className={styles.segment ?? ""}
          data-field
        >
          {option.label}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}

/** Whether some labels fit side by side into the inspector. */
export function fitsSegments(labels: readonly string[]): boolean {
  return labels.length <= 5 && labels.join("").length + labels.length * 3 <= 44;
}
