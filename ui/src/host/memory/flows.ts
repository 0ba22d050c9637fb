import type { FlowFile } from "../../bindings/FlowFile";
import type { Layout } from "../../bindings/Layout";
import type { NodeSpec } from "../../bindings/NodeSpec";
import type { Wire } from "../../bindings/Wire";

/** A flow and where its nodes lie. */
export type Sketch = { flow: FlowFile; layout: Layout };

function wires(...texts: string[]): Wire[] {
  return texts.map((text) => {
    const [from = "", to = ""] = text.split(">");
    return { from, to };
  });
}

const ORDERS: NodeSpec[] = [
  {
    id: "start",
    type: "trigger.manual",
    params: { items: [{}] },
  },
  {
    id: "orders",
    type: "http.request",
    name: "Orders of today",
    params: { method: "GET", url: "{{ $vars.shop }}/orders", query: [["since", "today"]] },
    retry: { tries: 4, base_ms: 200, max_ms: 60000 },
    on_error: "port",
  },
  { id: "big", type: "data.filter", name: "Large orders", params: { where: "total > 100" } },
  {
    id: "customers",
    type: "http.request",
    name: "Customers",
    params: { method: "GET", url: "{{ $vars.shop }}/customers" },
    note: "The shop gives at most 50 a page.",
  },
  { id: "match", type: "data.join", name: "Match customers", params: { key: "customer_id" } },
  {
    id: "shape",
    type: "data.map",
    name: "ERP order",
    params: {
      fields: [
        { to: "number", from: "id" },
        { to: "name", from: "customer.name" },
      ],
    },
  },
  {
    id: "each",
    type: "scope.loop",
    name: "For each order",
    body: {
      nodes: [
        {
          id: "lines",
          type: "data.map",
          name: "Order lines",
          params: { fields: [{ to: "a", from: "b" }] },
        },
        {
          id: "post",
          type: "http.request",
          name: "Send to the ERP",
          params: { method: "POST", url: "{{ $vars.erp }}/orders" },
        },
      ],
      wires: wires("lines>post"),
    },
  },
  { id: "report", type: "file.write", name: "Report", params: { path: "report.csv" } },
  {
    id: "rest",
    type: "file.write",
    name: "Small orders",
    params: { path: "small.csv" },
    disabled: true,
  },
  { id: "alarm", type: "chat.post", name: "Tell the team", params: {} },
];

/** A flow that shows most of what the canvas can. */
export const SAMPLE: Sketch = {
  flow: {
    gantry: 1,
    id: "orders-to-erp",
    name: "Orders to the ERP",
    about: "Takes the shop's large orders of the day over into the ERP.",
    vars: {
      shop: { value: "http://127.0.0.1:9000/shop" },
      erp: { value: "http://127.0.0.1:9000/erp" },
    },
    nodes: ORDERS,
    wires: wires(
      "start>orders",
      "start>customers",
      "orders>big",
      "orders.error>alarm",
      "big>match.left",
      "big.dropped>rest",
      "customers>match.right",
      "match>shape",
      "shape>each",
      "each>report",
    ),
  },
  layout: { nodes: {} },
};

/** A wide flow of that many nodes, for looking at speed. */
export function largeFlow(count: number): Sketch {
  const columns = Math.ceil(Math.sqrt(count * 1.6));
  const nodes: NodeSpec[] = [];
  const made: Wire[] = [];
  const layout: Layout = { nodes: {} };
  for (let n = 0; n < count; n += 1) {
    const id = `node-${n}`;
    nodes.push({
      id,
      type: "data.map",
      name: `Step ${n}`,
      params: { fields: [{ to: "a", from: "b" }] },
    });
    const column = n % columns;
    layout.nodes[id] = { x: column * 280, y: Math.floor(n / columns) * 120 };
    if (column > 0) made.push({ from: `node-${n - 1}`, to: id });
    if (column > 0 && n >= columns && n % 5 < 3)
      made.push({ from: `node-${n - columns - 1}`, to: id });
  }
  return {
    flow: { gantry: 1, id: "large", name: `${count} steps`, nodes, wires: made },
    layout,
  };
}
