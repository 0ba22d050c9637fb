import type { CassetteCall } from "../../bindings/CassetteCall";
import type { CassetteSummary } from "../../bindings/CassetteSummary";
import type { CassetteView } from "../../bindings/CassetteView";
import type { CommandName, Commands } from "../commands";
import { HostError } from "../host";

type CassetteCommand = Extract<CommandName, `cassettes.${string}`>;
type Handlers = { [K in CassetteCommand]: (args: Commands[K]["args"]) => Commands[K]["ret"] };

function call(n: number): CassetteCall {
  return {
    step: "orders",
    exchange: {
      attempt: 1,
      at: Date.UTC(2026, 10, 18, 9, 0, n),
      took_ms: 30 + n,
      method: n % 3 === 0 ? "POST" : "GET",
      url: `https://api.shop.example.com/v2/orders?page=${n}`,
      request_headers: [["authorization", "•••"]],
      status: n === 2 ? 429 : 200,
      response_headers: [["content-type", "application/json"]],
      response_body: { text: `{"page":${n},"orders":[{"id":${n}}]}`, bytes: 31, cut: false },
      phases: { dns_us: 1200, connect_us: 18_000, wait_us: 21_000, receive_us: 900 },
      tls: {
        version: "TLS 1.3",
        subject: "api.shop.example.com",
        issuer: "Example CA",
        expires: Date.UTC(2027, 1, 1),
      },
      masked: ["header authorization"],
    },
  };
}

/** The cassettes of the host in memory. */
export function memoryCassettes(): Handlers {
  const all = new Map<string, CassetteView>();
  const put = (name: string, calls: CassetteCall[]): CassetteSummary => {
    const cassette: CassetteSummary = {
      name,
      calls: calls.length,
      hosts: ["api.shop.example.com"],
      bytes: calls.length * 412,
      recorded_at: Date.UTC(2026, 10, 18, 9),
      masked: calls.length,
    };
    all.set(name, { cassette, calls });
    return cassette;
  };
  put(
    "orders-2026-11-18",
    Array.from({ length: 40 }, (_, n) => call(n + 1)),
  );
  const stored = (name: string): CassetteView => {
    const found = all.get(name);
    if (found) return found;
    throw new HostError({ code: "not_found", message: `There is no cassette ${name}.` });
  };
  return {
    "cassettes.list": () => [...all.values()].map(({ cassette }) => cassette),
    "cassettes.open": ({ name }) => stored(name),
    "cassettes.import": ({ name }) => put(name, [call(1)]),
    "cassettes.export": ({ name }) => ({ name: `${stored(name).cassette.name}.har`, text: "{}" }),
    "cassettes.rename": ({ name, to }) => {
      const { calls } = stored(name);
      all.delete(name);
      return put(to, calls);
    },
    "cassettes.delete": ({ name }) => {
      all.delete(stored(name).cassette.name);
      return null;
    },
  };
}
