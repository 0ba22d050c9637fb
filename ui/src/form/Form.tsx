import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import type { Field } from "../bindings/Field";
import { FormContext, type FormDoor } from "./door";
import { Fields } from "./Fields";
import styles from "./Form.module.css";
import { focusField } from "./focus";

type Props = {
  fields: readonly Field[];
  /** The values, as they stand in the file. */
  value: unknown;
  /** Where the values stand inside the node. */
  pointer: string;
  door: Omit<FormDoor, "active" | "activate">;
  /** The field to jump to; a new object jumps again. */
  jump?: { key: string } | undefined;
  /** Inputs that no field kind is for, above the fields; they may use the form's surroundings. */
  children?: ReactNode;
};

/** A form made from a list of fields: what a node type's params are edited with. */
export function Form({ fields, value, pointer, door, jump, children }: Props) {
  const root = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<string>();
  const inner = useMemo(() => ({ ...door, active, activate: setActive }), [door, active]);

  useEffect(() => {
    if (jump === undefined || root.current === null) return;
    const element = root.current;
    // Folded fields open in the same render; their inputs are there a frame later.
    const frame = requestAnimationFrame(() => focusField(element, jump.key));
    return () => cancelAnimationFrame(frame);
  }, [jump]);

  return (
    <FormContext value={inner}>
      <div ref={root} className={styles.form}>
        {children}
        <Fields fields={fields} value={value} pointer={pointer} jumpKey={jump?.key} />
      </div>
    </FormContext>
  );
}
