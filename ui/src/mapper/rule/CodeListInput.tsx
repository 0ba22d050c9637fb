import { Plus, X } from "lucide-react";
import { Button, IconButton } from "../../kit/Button";
import { TextInput } from "../../kit/TextInput";
import { t } from "../../words/t";
import styles from "./RulePopover.module.css";

type Props = {
  label: string;
  value: Record<string, unknown>;
  onChange: (value: Record<string, unknown>) => void;
};

/** A code list: codes, each with what it becomes. */
export function CodeListInput({ label, value, onChange }: Props) {
  const pairs = Object.entries(value);
  const put = (next: readonly (readonly [string, unknown])[]) => onChange(Object.fromEntries(next));
  return (
    <fieldset className={styles.codes} aria-label={label}>
      {pairs.map(([code, meaning], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a code changes while it is typed, its place stays.
        <div key={index} className={styles.line}>
          <TextInput
            label={t("mapper.code", { n: index + 1 })}
            labelHidden
            mono
            value={code}
            onChange={(text) => put(pairs.with(index, [text, meaning]))}
          />
          <TextInput
            label={t("mapper.meaning", { code })}
            labelHidden
            value={String(meaning)}
            onChange={(text) => put(pairs.with(index, [code, text]))}
          />
          <IconButton
            label={t("mapper.removeCode", { code })}
            icon={X}
            size="small"
            onPress={() => put(pairs.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <div>
        <Button
          size="small"
          variant="quiet"
          icon={Plus}
          disabled={Object.hasOwn(value, "")}
          onPress={() => put([...pairs, ["", ""]])}
        >
          {t("mapper.addCode")}
        </Button>
      </div>
    </fieldset>
  );
}
