import { FileInput as FileIn, FileOutput } from "lucide-react";
import type { FieldKind } from "../../bindings/FieldKind";
import { CodeField } from "../../code/CodeField";
import { t } from "../../words/t";
import { useForm } from "../door";
import type { KindProps } from "../kind";
import { changeLabel } from "../labels";
import { useDraft } from "../useDraft";
import styles from "./File.module.css";

type Props = KindProps<Extract<FieldKind, { type: "file" }>>;

/** The path of a file on the machine that the flow runs on; it may hold templates. */
export function FileInput({ kind, label, pointer, value, placeholder }: Props) {
  const { change, readOnly, names } = useForm();
  const { draft, type, flush } = useDraft(typeof value === "string" ? value : "", (path) => {
    change(pointer, path === "" ? undefined : path, changeLabel(label));
  });
  const Icon = kind.write ? FileOutput : FileIn;
  return (
    <div className={styles.file}>
      <Icon size={14} aria-hidden className={styles.icon} />
      <div className={styles.path}>
        <CodeField
          label={label}
          value={draft}
          language="template"
          placeholder={
            placeholder === "" ? t(kind.write ? "form.file.write" : "form.file.read") : placeholder
          }
          names={names}
          readOnly={readOnly}
          onChange={type}
          onBlur={flush}
        />
      </div>
    </div>
  );
}
