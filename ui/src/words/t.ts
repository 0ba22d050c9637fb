import { connections } from "./connections";
import { en } from "./en";
import { errors } from "./errors";
import { mapper } from "./mapper";
import { panes } from "./panes";
import { runs } from "./runs";
import { tables } from "./tables";
import { transport } from "./transport";
import { waiting } from "./waiting";

const words = {
  ...en,
  ...panes,
  ...mapper,
  ...tables,
  ...connections,
  ...transport,
  ...runs,
  ...errors,
  ...waiting,
};

/** The name of a text in the catalogue. */
export type Word = keyof typeof words;

type Values = Record<string, string | number>;

function fill(text: string, values: Values | undefined): string {
  if (values === undefined) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The text of that name, with `{name}` replaced by its value. A text `one|many` counts by `n`. */
export function t(word: Word, values?: Values): string {
  const text = words[word];
  const bar = text.indexOf("|");
  if (bar < 0 || values?.n === undefined) return fill(text, values);
  return fill(values.n === 1 ? text.slice(0, bar) : text.slice(bar + 1), values);
}
