import { useEffect, useRef, useState } from "react";
import { t } from "../../words/t";
import { nameRow } from "../edits";
import { type TargetRow, titleOf } from "../model/targets";
import { setEditing } from "../store";
import styles from "./TargetRowView.module.css";

type Props = { row: TargetRow; text: string; onDone: () => void };

/** The name of a field while it is typed. Enter takes it, Esc leaves it as it was. */
export function NameInput({ row, text, onDone }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [value, setValue] = useState(text);
  const isOver = useRef(false);
  useEffect(() => {
    input.current?.focus();
    // A letter that began a name stays; the name that was there is typed over.
    if (row.type !== "new") input.current?.select();
  }, [row.type]);
  const finish = (isTaken: boolean) => {
    if (isOver.current) return;
    isOver.current = true;
    if (isTaken) nameRow(row, value);
    else setEditing(null);
  };
  return (
    <input
      ref={input}
      className={styles.input}
      aria-label={
        row.type === "new" ? t("mapper.newField") : t("mapper.nameOf", { name: titleOf(row) })
      }
      value={value}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => setValue(event.target.value)}
      onBlur={() => finish(true)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key !== "Enter" && event.key !== "Escape") return;
        event.preventDefault();
        finish(event.key === "Enter");
        onDone();
      }}
    />
  );
}
