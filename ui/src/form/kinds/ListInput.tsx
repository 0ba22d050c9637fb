import { Plus, X } from "lucide-react";
import type { FieldKind } from "../../bindings/FieldKind";
import { Button, IconButton } from "../../kit/Button";
import { t } from "../../words/t";
import { useForm } from "../door";
import { FieldInput } from "../FieldInput";
import type { KindProps } from "../kind";
import { changeLabel } from "../labels";
import { join } from "../pointer";
import { JsonInput } from "./JsonInput";
import styles from "./Nested.module.css";

type Props = KindProps<Extract<FieldKind, { type: "list" }>>;

/** A list of values, one a line; a list of whole items is edited as a table or as JSON. */
export function ListInput({ kind, ...rest }: Props) {
  if (kind.of.type === "json") return <JsonInput kind={kind.of} {...rest} />;
  return <Lines kind={kind} {...rest} />;
}

function Lines({ kind, label, pointer, value, placeholder }: Props) {
  const { change, readOnly } = useForm();
  const values = Array.isArray(value) ? value : [];
  const set = (next: unknown[]) =>
    change(pointer, next.length === 0 ? undefined : next, changeLabel(label));
  return (
    <div className={styles.lines}>
      {values.map((inner, index) => {
        const place = join(pointer, index);
        return (
          <div key={place} className={styles.line} data-key={place}>
            <div className={styles.value}>
              <FieldInput
                kind={kind.of}
                label={t("form.list.entry", { label, n: index + 1 })}
                pointer={place}
                value={inner}
                fallback={undefined}
                placeholder={placeholder}
              />
            </div>
            <IconButton
              label={t("form.list.remove", { n: index + 1 })}
              icon={X}
              disabled={readOnly}
              onPress={() => set(values.toSpliced(index, 1))}
            />
          </div>
        );
      })}
      {!readOnly && (
        <div className={styles.foot}>
          <Button
            size="small"
            variant="quiet"
            icon={Plus}
            onPress={() => set([...values, emptyOf(kind.of)])}
          >
            {t("form.list.add")}
          </Button>
        </div>
      )}
    </div>
  );
}

function emptyOf(kind: FieldKind): unknown {
  switch (kind.type) {
    case "number":
      return kind.min ?? 0;
    case "bool":
      return false;
    case "choice":
      return kind.options[0]?.value ?? "";
    case "variants":
      return { [kind.tag]: kind.options[0]?.value ?? "" };
    case "group":
    case "pairs":
    case "json":
      return {};
    case "rows":
    case "list":
      return [];
    case "text":
    case "template":
    case "expression":
    case "file":
      return "";
    default:
      return unreachable(kind);
  }
}

function unreachable(kind: never): never {
  throw new Error(`no empty value for ${JSON.stringify(kind)}`);
}
