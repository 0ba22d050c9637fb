import type { FieldKind } from "../../bindings/FieldKind";
import { Fields } from "../Fields";
import type { KindProps } from "../kind";
import styles from "./Nested.module.css";

type Props = KindProps<Extract<FieldKind, { type: "group" }>>;

/** Fields under one key. */
export function GroupInput({ kind, pointer, value, fallback }: Props) {
  return (
    <div className={styles.nested}>
      <Fields fields={kind.fields} value={value ?? fallback} pointer={pointer} />
    </div>
  );
}
