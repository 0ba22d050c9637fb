/** Node types of scopes, and a flow with one of each, for looking at them. */
import type { Example } from "../../bindings/Example";
import type { NodeInfo } from "../../bindings/NodeInfo";
import type { NodeSpec } from "../../bindings/NodeSpec";
import type { Sketch } from "./flows";

const PORT = { carries: "items", many: false } as const;

function standsIn(scope: string): Example[] {
  const example = { title: "", params: {}, input: [], around: { type: scope } };
  return [example];
}

function type(
  name: string,
  title: string,
  about: string,
  icon: string,
  more: Partial<NodeInfo> = {},
): NodeInfo {
  return {
    type: name,
    title,
    about,
    docs: about,
    family: "control",
    icon,
    keywords: [],
    consumes: "scope",
    inputs: [{ name: "in", ...PORT }],
    outputs: [{ name: "out", ...PORT }],
    fields: [],
    writes: false,
    examples: [],
    ...more,
  };
}

/** Scopes besides the loop, and what belongs inside them only. */
export const SCOPE_TYPES: NodeInfo[] = [
  type("scope.try", "Try", "Runs the nodes inside it; what they cannot do is caught.", "shield"),
  type("scope.parallel", "Parallel", "Runs the branches inside it side by side.", "git-fork"),
  type("scope.while", "While", "Repeats what is inside.", "rotate-cw"),
  type("data.batch", "Batch", "Makes lists of so many items.", "package", { family: "data" }),
  type("flow.catch", "Catch", "Begins what is done about errors.", "life-buoy", {
    consumes: "each",
    inputs: [],
    examples: standsIn("scope.try"),
  }),
  type("flow.finally", "Finally", "Begins what is done in any case.", "flag", {
    consumes: "each",
    inputs: [],
    examples: standsIn("scope.try"),
  }),
  type("flow.break", "Leave loop", "Ends a turn, or the loop.", "log-out", {
    consumes: "each",
    examples: standsIn("scope.loop"),
  }),
];

function shape(id: string, name: string): NodeSpec {
  return { id, type: "data.map", name, params: { fields: [{ to: "a", from: "b" }] } };
}

/** A flow with every kind of scope. */
export const SCOPES: Sketch = {
  flow: {
    gantry: 1,
    id: "scopes",
    name: "Every scope",
    nodes: [
      { id: "start", type: "trigger.manual", params: { items: [{}] } },
      {
        id: "guarded",
        type: "scope.try",
        name: "Book the order",
        on_error: "park",
        body: {
          nodes: [
            shape("check", "Check the order"),
            shape("send", "Send the order"),
            { id: "oops", type: "flow.catch" },
            shape("note", "Note what went wrong"),
            { id: "always", type: "flow.finally" },
            shape("unlock", "Give the lock back"),
          ],
          wires: [
            { from: "check", to: "send" },
            { from: "oops", to: "note" },
            { from: "always", to: "unlock" },
          ],
        },
      },
      {
        id: "both",
        type: "scope.parallel",
        name: "Ask both systems",
        on_error: "skip",
        body: {
          nodes: [
            shape("stock", "Stock"),
            shape("price", "Price"),
            shape("rebate", "Rebate"),
            {
              id: "poll",
              type: "scope.while",
              name: "Until it is there",
              body: { nodes: [shape("ask", "Ask again")], wires: [] },
            },
          ],
          wires: [{ from: "price", to: "rebate" }],
        },
      },
      {
        id: "bulk",
        type: "data.batch",
        name: "500 at once",
        on_error: { substitute: null },
        body: { nodes: [shape("push", "Send the list")], wires: [] },
      },
    ],
    wires: [
      { from: "start", to: "guarded" },
      { from: "guarded", to: "both" },
      { from: "both", to: "bulk" },
    ],
  },
  layout: { nodes: {} },
};
