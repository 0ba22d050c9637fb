/** The form of what becomes of a step that fails: tries, pauses, time limit. Pure. */
import type { ErrorClass } from "../bindings/ErrorClass";
import type { Field } from "../bindings/Field";
import { t } from "../words/t";
import { LONGEST_PAUSE_MS, USUAL_TIMEOUT_MS } from "./retry";

/** The errors that another try can make sense after. */
const CLASSES: ErrorClass[] = [
  "timeout",
  "connection",
  "limit",
  "server",
  "auth",
  "conflict",
  "not_found",
  "validation",
  "answer",
];

type Word = "tries" | "base" | "max" | "factor" | "total" | "timeout" | "concurrency";

/** The fields; `retry` says in one sentence what the present setting means. */
export function errorFields(isPerItem: boolean, retry: string): Field[] {
  return [
    {
      key: "retry",
      label: t("policy.retry"),
      required: false,
      advanced: false,
      kind: { type: "group", fields: retryFields(retry) },
    },
    number("timeout_ms", "timeout", { default: USUAL_TIMEOUT_MS }),
    ...(isPerItem ? [number("concurrency", "concurrency", { default: 1 })] : []),
  ];
}

function retryFields(retry: string): Field[] {
  const max = LONGEST_PAUSE_MS;
  return [
    number("tries", "tries", { default: 1, help: retry }),
    number("base_ms", "base", { default: 200 }),
    number("max_ms", "max", {
      default: 60_000,
      kind: { type: "number", integer: true, min: 1, max },
    }),
    number("factor", "factor", {
      default: 2,
      advanced: true,
      kind: { type: "number", integer: false, min: 1, max: 100 },
    }),
    {
      key: "jitter",
      label: t("policy.jitter"),
      required: false,
      advanced: true,
      default: "full",
      kind: {
        type: "choice",
        options: [
          {
            value: "full",
            label: t("policy.jitter.full"),
            help: t("policy.jitter.full.about"),
          },
          { value: "none", label: t("policy.jitter.none") },
        ],
      },
    },
    number("max_total_ms", "total", { advanced: true }),
    {
      key: "on",
      label: t("policy.on"),
      help: t("policy.on.help"),
      required: false,
      advanced: true,
      kind: { type: "group", fields: conditionFields() },
    },
  ];
}

function conditionFields(): Field[] {
  const options = CLASSES.map((value) => ({ value, label: t(`errorClass.${value}`) }));
  const list = (key: "statuses" | "classes", of: Field["kind"]): Field => ({
    key,
    label: t(`policy.${key}`),
    required: false,
    advanced: false,
    kind: { type: "list", of },
  });
  return [
    list("statuses", { type: "number", integer: true, min: 400, max: 599 }),
    list("classes", { type: "choice", options }),
  ];
}

function number(key: string, word: Word, more: Partial<Field> = {}): Field {
  return {
    key,
    label: t(`policy.${word}`),
    help: word === "tries" ? undefined : t(`policy.${word}.help`),
    required: false,
    advanced: false,
    kind: { type: "number", integer: true, min: 1 },
    ...more,
  };
}
