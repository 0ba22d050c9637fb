/** What a form needs from around it, handed down so that a field knows nothing of stores or hosts. */
import { createContext, useContext } from "react";
import type { Diagnostic } from "../bindings/Diagnostic";
import type { Preview } from "../bindings/Preview";
import type { Names } from "../code/completion";

export type FormDoor = {
  /** The diagnostics of the node that the form is of. */
  diagnostics: readonly Diagnostic[];
  readOnly: boolean;
  /** Changes the value at a JSON pointer inside the node; undefined takes it away. */
  change: (key: string, value: unknown, label: string) => void;
  names: Names;
  /** What is put before the text of a field, by its pointer: a connection's base URL. */
  before?: Record<string, string>;
  /** Evaluates a text on the last run's items; undefined where there is no flow to do it in. */
  preview: ((text: string, isTemplate: boolean) => Promise<Preview[]>) | undefined;
  /** The code field that was last in use: the one that shows its preview. */
  active: string | undefined;
  activate: (key: string) => void;
};

/** A form without surroundings; `Form` puts the real ones in. */
export const FormContext = createContext<FormDoor>({
  diagnostics: [],
  readOnly: true,
  change: () => {},
  names: { items: undefined, vars: [], env: [], nodes: [] },
  preview: undefined,
  active: undefined,
  activate: () => {},
});

/** The surroundings of the form that a field stands in. */
export function useForm(): FormDoor {
  return useContext(FormContext);
}
