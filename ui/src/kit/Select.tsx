import { Check, ChevronDown } from "lucide-react";
import {
  Select as AriaSelect,
  Button,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SelectValue,
  Text,
} from "react-aria-components";
import menu from "./Menu.module.css";
import styles from "./Select.module.css";

type Props<Value extends string> = {
  label: string;
  labelHidden?: boolean;
  value: Value | null;
  options: { value: Value; label: string; about?: string }[];
  onChange: (value: Value) => void;
  placeholder?: string;
  help?: string;
  disabled?: boolean;
};

/** One choice from a fixed list. */
export function Select<Value extends string>(props: Props<Value>) {
  const { label, labelHidden, value, options, onChange, placeholder, help, disabled } = props;
  return (
    <AriaSelect
      className={styles.field}
      value={value}
      onChange={(key) => {
        const option = options.find((each) => each.value === key);
        if (option) onChange(option.value);
      }}
      placeholder={placeholder ?? ""}
      isDisabled={disabled}
      aria-label={labelHidden ? label : undefined}
    >
      {!labelHidden && <Label className={styles.label}>{label}</Label>}
      <Button className={styles.button}>
        <SelectValue className={styles.value}>
          {({ selectedText, defaultChildren }) => selectedText ?? defaultChildren}
        </SelectValue>
        <ChevronDown size={14} aria-hidden />
      </Button>
      {help && (
        <Text slot="description" className={styles.help}>
          {help}
        </Text>
      )}
      <Popover className={menu.popover} offset={4}>
        <ListBox className={menu.menu}>
          {options.map((option) => (
            <ListBoxItem
              key={option.value}
              id={option.value}
              textValue={option.label}
              className={styles.option}
            >
              <Check className={styles.check} size={14} aria-hidden />
              <span>
                {option.label}
                {option.about && <span className={styles.about}>{option.about}</span>}
              </span>
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
