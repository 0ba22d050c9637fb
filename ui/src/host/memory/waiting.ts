/** Parked items, questions and remembered values to look at: what a working week leaves behind. */
import type { InboxItem } from "../../bindings/InboxItem";
import type { ParkedItem } from "../../bindings/ParkedItem";
import type { StateEntry } from "../../bindings/StateEntry";
import type { Waiting } from "./parked";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FLOW = "orders-to-erp";

const NAMES = [
  "Ada Lovelace",
  "Grace Hopper",
  "Karen Spärck Jones",
  "Radia Perlman",
  "Jean Bartik",
];

function order(n: number): Record<string, unknown> {
  return {
    id: 1000 + n,
    customer: NAMES[n % NAMES.length],
    total: 80 + ((n * 137) % 900) / 2,
    customer_number: null,
    lines: [{ sku: `A-${n % 7}`, n: 1 + (n % 3) }],
  };
}

function refused(n: number, now: number): ParkedItem {
  const at = now - n * 11 * MINUTE - 4 * MINUTE;
  return {
    id: 900 - n,
    run: "run-0001",
    flow: FLOW,
    node: "match",
    cause: "validation customer number",
    at,
    state: n > 8 ? "resolved" : n === 8 ? "retrying" : "open",
    ...(n > 8 ? { note: "entered by hand in the ERP" } : {}),
    ...(n === 2 ? { edited: { ...order(n), customer_number: "C-2044" } } : {}),
    error: {
      node: "match",
      class: "validation",
      message: `Order ${1000 + n} has no customer number.`,
      advice: "Add the customer number to the order, or have the mapping look it up by e-mail.",
      item: `orders:0/${n}`,
      value: order(n),
      attempts: 1,
    },
  };
}

function unreached(n: number, now: number): ParkedItem {
  const at = now - n * 3 * MINUTE - 2 * HOUR;
  const tries = [200, 400, 800].map((wait_ms, k) => ({
    at: at + k * 1400,
    took_ms: 340 + k * 12,
    class: "server" as const,
    message: "The ERP answered 503: under maintenance.",
    status: 503,
    ...(k < 2 ? { wait_ms } : {}),
  }));
  return {
    id: 400 - n,
    run: "run-0001",
    flow: FLOW,
    node: "post",
    cause: "server 503",
    at,
    state: "open",
    error: {
      node: "post",
      class: "server",
      message: "The ERP answered 503: under maintenance.",
      advice: "Retry once the ERP is up again.",
      item: `orders:1/${n}`,
      value: { ...order(n + 40), customer_number: `C-${3000 + n}` },
      attempts: 3,
      tries,
      exchange: {
        attempt: 3,
        at,
        took_ms: 364,
        method: "POST",
        url: "http://127.0.0.1:9000/erp/orders",
        request_headers: [
          ["content-type", "application/json"],
          ["authorization", "•••"],
          ["idempotency-key", `orders-to-erp-${n}`],
        ],
        request_body: { text: JSON.stringify(order(n + 40)), bytes: 120, cut: false },
        status: 503,
        response_headers: [["retry-after", "120"]],
        response_body: { text: '{"error":"under maintenance"}', bytes: 29, cut: false },
        masked: ["header authorization"],
      },
    },
  };
}

function question(id: number, now: number, more: Partial<InboxItem>): InboxItem {
  return {
    id,
    run: "run-0001",
    flow: FLOW,
    flow_name: "Orders to the ERP",
    node: "each",
    node_name: "Approve large orders",
    item: `orders:0/${id}`,
    signal: `approve-${id}`,
    question: `Send order ${1000 + id} of ${NAMES[id % NAMES.length]} over 10,000 € to the ERP?`,
    value: {
      ...order(id),
      total: 12_400.5 + id,
      approved_limit: 10_000,
      ship_to: { city: "London", zip: "SW1A 1AA", country: "GB" },
    },
    at: now - id * 17 * MINUTE,
    ...more,
  };
}

/** What such a host begins with. */
export function waitingSamples(now: number): Waiting {
  const state = (key: string, value: unknown, ago: number, run?: string): StateEntry => ({
    flow: FLOW,
    flow_name: "Orders to the ERP",
    key,
    at: now - ago,
    ...(value === undefined ? {} : { value }),
    ...(run === undefined ? {} : { run }),
  });
  return {
    parked: [
      ...Array.from({ length: 12 }, (_, n) => refused(n, now)),
      ...Array.from({ length: 240 }, (_, n) => unreached(n, now)),
    ],
    inbox: [
      question(1, now, { due: now + 40 * MINUTE }),
      question(2, now, { due: now + 5 * HOUR }),
      question(3, now, {}),
      {
        ...question(4, now, { due: now + 3 * DAY }),
        question: undefined,
        signal: "goods-received",
        node_name: "Wait for the warehouse",
      },
      question(5, now, {
        outcome: "approved",
        note: "Cleared with sales",
        answered_at: now - 2 * HOUR,
      }),
      question(6, now, { outcome: "rejected", answered_at: now - 3 * HOUR }),
      question(7, now, { outcome: "timed out", answered_at: now - 5 * HOUR }),
    ],
    states: [
      ...Array.from({ length: 14 }, (_, n) =>
        state(
          "orders.since",
          `2026-11-${String(8 + n).padStart(2, "0")}T06:00:00Z`,
          (14 - n) * DAY,
          "run-0001",
        ),
      ),
      state("token", { page: 14, cursor: "eyJpZCI6MTA0N30" }, 6 * HOUR, "run-0001"),
      state("counter", 4811, 2 * HOUR),
      { ...state("last_invoice", "2026-0311", 5 * HOUR), flow: "large", flow_name: "500 steps" },
    ],
  };
}
