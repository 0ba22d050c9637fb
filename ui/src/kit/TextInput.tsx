import type { LucideIcon } from "lucide-react";
import type { Ref } from "react";
import { FieldError, Input, Label, Text, TextArea, TextField } from "react-aria-components";
import { cx } from "./cx";
import styles from "./TextInput.module.css";

type Props = {
  label: string;
  /** Whether the label is read out only. */
  labelHidden?: boolean;
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
  help?: string;
  error?: string;
  icon?: LucideIcon;
  mono?: boolean;
  rows?: number;
  disabled?: boolean;
  autoFocus?: boolean;
  required?: boolean;
  inputRef?: Ref<HTMLInputElement>;
  onKeyDown?: (event: React.KeyboardEvent) => void;
  onBlur?: () => void;
};

/** A line of text, or several with `rows`. */
export function TextInput({
  label,
  labelHidden,
  value,
  onChange,
  placeholder,
  help,
  error,
  icon: Icon,
  mono,
  rows,
  disabled,
  autoFocus,
  required,
  inputRef,
  onKeyDown,
  onBlur,
}: Props) {
  const look = cx(styles.input, mono && styles.mono, Icon && styles.withIcon);
  return (
    <TextField
      className={styles.field}
      value={value}
      onChange={onChange}
      isDisabled={disabled}
      isInvalid={error !== undefined}
      isRequired={required}
      validationBehavior="aria"
      aria-label={labelHidden ? label : undefined}
      autoFocus={autoFocus}
      onBlur={onBlur}
    >
      {!labelHidden && <Label className={styles.label}>{label}</Label>}
      <div className={styles.box}>
        {Icon && <Icon className={styles.icon} size={14} aria-hidden />}
        {rows ? (
          <TextArea
            className={cx(look, styles.area)}
            rows={rows}
            placeholder={placeholder}
            onKeyDown={onKeyDown}
          />
        ) : (
          <Input
            ref={inputRef}
            className={look}
            placeholder={placeholder}
            onKeyDown={onKeyDown}
            spellCheck={false}
            autoComplete="off"
          />
        )}
      </div>
      {help && (
        <Text slot="description" className={styles.help}>
          {help}
        </Text>
      )}
      <FieldError className={styles.error}>{error}</FieldError>
    </TextField>
  );
}
