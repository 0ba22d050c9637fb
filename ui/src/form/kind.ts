/** What every kind of input is given. */
export type KindProps<Kind> = {
  kind: Kind;
  /** The field's label, for screen readers and for the name of the edit. */
  label: string;
  /** Where the value stands, as a JSON pointer inside the node. */
  pointer: string;
  value: unknown;
  /** What is taken when the value is absent. */
  fallback: unknown;
  /** An example or the fallback in words, shown while it is empty. */
  placeholder: string;
  /** Whether the node cannot run without a value. */
  required?: boolean;
};
