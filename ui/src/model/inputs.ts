/** The inputs that a user has kept by name, to run flows with again. They are a setting. Pure. */

/** Inputs by name, each a list of items. */
export type Inputs = Record<string, unknown[]>;

/** The setting that holds the inputs of a flow. */
export function inputsKey(flow: string): string {
  return `inputs.${flow}`;
}

/** The inputs kept for a flow. */
export function inputsOf(settings: Record<string, unknown>, flow: string): Inputs {
  const kept = settings[inputsKey(flow)];
  if (typeof kept !== "object" || kept === null) return {};
  const lists = Object.entries(kept).filter((entry): entry is [string, unknown[]] =>
    Array.isArray(entry[1]),
  );
  return Object.fromEntries(lists);
}

/** The items that a typed value stands for: a list is several, anything else is one. */
export function itemsOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
