import type { Carries } from "../../bindings/Carries";
import type { Field } from "../../bindings/Field";
import type { FieldKind } from "../../bindings/FieldKind";
import type { NodeInfo } from "../../bindings/NodeInfo";
import type { Port } from "../../bindings/Port";
import { SCOPE_TYPES } from "./scopes";

function port(name: string, carries: Carries = "items", many = false): Port {
  return { name, carries, many };
}

function field(key: string, label: string, kind: FieldKind, more: Partial<Field> = {}): Field {
  return { key, label, required: false, advanced: false, kind, ...more };
}

function type(
  info: Pick<NodeInfo, "type" | "title" | "about" | "family" | "icon"> & Partial<NodeInfo>,
): NodeInfo {
  return {
    docs: `**${info.title}**\n\n${info.about}`,
    keywords: [],
    consumes: "each",
    inputs: [port("in")],
    outputs: [port("out")],
    fields: [],
    writes: false,
    examples: [],
    ...info,
  };
}

const METHODS: FieldKind = {
  type: "choice",
  options: ["GET", "POST", "PUT", "PATCH", "DELETE"].map((value) => ({ value, label: value })),
};

/** A small catalogue that has every kind of port, of field and of family. */
export const CATALOGUE: NodeInfo[] = [
  type({
    type: "trigger.manual",
    title: "Start",
    about: "Starts the flow when you press Run.",
    family: "trigger",
    icon: "play",
    consumes: "source",
    inputs: [],
    fields: [field("items", "Items", { type: "json" }, { help: "What the flow starts with." })],
  }),
  type({
    type: "trigger.webhook",
    title: "Webhook",
    about: "Starts when another system calls this address.",
    family: "trigger",
    icon: "webhook",
    consumes: "source",
    inputs: [],
    outputs: [port("out"), port("call", "call")],
    fields: [field("path", "Path", { type: "text" }, { required: true, example: "orders" })],
  }),
  type({
    type: "trigger.schedule",
    title: "Schedule",
    about: "Starts at fixed times.",
    family: "trigger",
    icon: "calendar-clock",
    consumes: "source",
    inputs: [],
    keywords: ["cron", "timer", "every day"],
    fields: [field("cron", "When", { type: "text" }, { required: true, example: "0 6 * * 1-5" })],
  }),
  type({
    type: "http.request",
    title: "HTTP request",
    about: "Calls an address and gives its answer, page by page.",
    family: "system",
    icon: "globe",
    keywords: ["api", "rest", "fetch", "get", "post", "curl"],
    writes: true,
    fields: [
      field("method", "Method", METHODS, { default: "GET" }),
      field(
        "url",
        "Address",
        { type: "template", multiline: false },
        {
          required: true,
          example: "{{ $vars.shop }}/orders",
        },
      ),
      field("query", "Query", { type: "pairs" }),
      field("headers", "Headers", { type: "pairs" }, { advanced: true }),
      field("body", "Body", { type: "template", multiline: true }, { advanced: true }),
    ],
  }),
  type({
    type: "graphql.request",
    title: "GraphQL query",
    about: "Asks a GraphQL service.",
    family: "system",
    icon: "share-2",
    fields: [field("query", "Query", { type: "template", multiline: true }, { required: true })],
  }),
  type({
    type: "data.map",
    title: "Shape",
    about: "Makes each item anew, field by field.",
    family: "data",
    icon: "braces",
    keywords: ["map", "transform", "rename", "set", "edit fields"],
    fields: [
      field(
        "fields",
        "Fields",
        {
          type: "rows",
          columns: [
            field("to", "Field", { type: "text" }, { required: true }),
            field("from", "Value", { type: "expression" }, { required: true }),
          ],
        },
        { required: true },
      ),
    ],
  }),
  type({
    type: "data.filter",
    title: "Filter",
    about: "Keeps the items for which a condition holds.",
    family: "data",
    icon: "filter",
    keywords: ["where", "condition", "if"],
    outputs: [port("kept"), port("dropped")],
    fields: [
      field(
        "where",
        "Condition",
        { type: "expression" },
        { required: true, example: "total > 100" },
      ),
    ],
  }),
  type({
    type: "data.join",
    title: "Join",
    about: "Matches the items of two inputs by a key.",
    family: "data",
    icon: "combine",
    keywords: ["lookup", "vlookup", "merge"],
    consumes: "gather",
    inputs: [port("left"), port("right")],
    outputs: [port("out"), port("unmatched")],
    fields: [field("key", "Key", { type: "expression" }, { required: true })],
  }),
  type({
    type: "data.group",
    title: "Group",
    about: "Gathers items with the same key, with sums and counts.",
    family: "data",
    icon: "group",
    keywords: ["aggregate", "sum", "count"],
    consumes: "gather",
    fields: [field("by", "By", { type: "expression" }, { required: true })],
  }),
  type({
    type: "data.sort",
    title: "Sort",
    about: "Puts the items in order.",
    family: "data",
    icon: "arrow-down-up",
    consumes: "gather",
    fields: [field("by", "By", { type: "expression" }, { required: true })],
  }),
  type({
    type: "flow.branch",
    title: "Branch",
    about: "Sends each item down the first way whose condition holds.",
    family: "control",
    icon: "git-branch",
    keywords: ["switch", "route", "if", "case"],
    outputs: [port("otherwise")],
    fields: [
      field("cases", "Cases", {
        type: "rows",
        columns: [
          field("name", "Name", { type: "text" }, { required: true }),
          field("when", "Condition", { type: "expression" }, { required: true }),
        ],
      }),
    ],
  }),
  type({
    type: "flow.merge",
    title: "Merge",
    about: "Brings several ways together.",
    family: "control",
    icon: "git-merge",
    inputs: [port("in", "items", true)],
  }),
  type({
    type: "scope.loop",
    title: "Loop",
    about: "Runs what is inside for each item.",
    family: "control",
    icon: "repeat",
    keywords: ["for each", "scope", "repeat"],
    consumes: "scope",
    outputs: [port("out")],
    fields: [
      field("times", "At most", { type: "number", integer: true, min: 1 }, { advanced: true }),
    ],
  }),
  type({
    type: "flow.wait",
    title: "Wait",
    about: "Holds each item back for some time.",
    family: "control",
    icon: "hourglass",
    keywords: ["delay", "sleep", "pause"],
    fields: [
      field("ms", "Milliseconds", { type: "number", integer: true, min: 0 }, { required: true }),
    ],
  }),
  type({
    type: "webhook.answer",
    title: "Answer the webhook",
    about: "Sends an answer to the system that called.",
    family: "control",
    icon: "reply",
    inputs: [port("in", "call")],
    outputs: [],
  }),
  type({
    type: "file.read",
    title: "Read a file",
    about: "Gives the rows of a CSV, JSON or spreadsheet file.",
    family: "file",
    icon: "file-input",
    keywords: ["csv", "json", "excel", "import"],
    consumes: "source",
    fields: [field("path", "File", { type: "file", write: false }, { required: true })],
  }),
  type({
    type: "file.write",
    title: "Write a file",
    about: "Writes the items as CSV, JSON or a spreadsheet.",
    family: "file",
    icon: "file-output",
    keywords: ["csv", "json", "excel", "export"],
    writes: true,
    consumes: "gather",
    fields: [field("path", "File", { type: "file", write: true }, { required: true })],
  }),
  ...SCOPE_TYPES,
];
