import type { CassetteCall } from "../../bindings/CassetteCall";
import type { CassetteSummary } from "../../bindings/CassetteSummary";
import type { CassetteView } from "../../bindings/CassetteView";
import type { Exchange } from "../../bindings/Exchange";
import type { CommandName, Commands } from "../commands";
import { HostError } from "../host";

type CassetteCommand = Extract<CommandName, `cassettes.${string}`>;
type Handlers = { [K in CassetteCommand]: (args: Commands[K]["args"]) => Commands[K]["ret"] };

function call(n: number): Exchange {
  return {
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
  };
}

function headOf({ method, url, status, at, took_ms }: Exchange): CassetteCall {
  const known = status === undefined ? {} : { status };
  return { step: "orders", method, url, at, took_ms, bytes: 31, ...known };
}

/** The cassettes of the host in memory. */
export function memoryCassettes(): Handlers {
  const all = new Map<string, { cassette: CassetteSummary; exchanges: Exchange[] }>();
  const put = (name: string, exchanges: Exchange[]): CassetteSummary => {
    const cassette: CassetteSummary = {
      name,
      kind: "cassette",
      flow: "Orders to the ERP",
      calls: exchanges.length,
      bytes: exchanges.length * 412,
      saved_at: Date.UTC(2026, 10, 18, 9),
      unfinished: false,
      personal_hidden: true,
    };
    all.set(name, { cassette, exchanges });
    return cassette;
  };
  put(
    "orders-2026-11-18",
    Array.from({ length: 40 }, (_, n) => call(n + 1)),
  );
  const stored = (name: string) => {
    const found = all.get(name);
    if (found) return found;
    throw new HostError({ code: "not_found", message: `There is no cassette ${name}.` });
  };
  const view = (name: string): CassetteView => {
    const { cassette, exchanges } = stored(name);
    return { cassette, calls: exchanges.map(headOf) };
  };
  return {
    "cassettes.list": () => [...all.values()].map(({ cassette }) => cassette),
    "cassettes.open": ({ name }) => view(name),
    "cassettes.call": ({ name, call: at }) => stored(name).exchanges[at] ?? call(0),
    "cassettes.import": ({ name }) => put(name, [call(1)]),
    "cassettes.export": ({ name }) => ({ name: `${stored(name).cassette.name}.har`, text: "{}" }),
    "cassettes.rename": ({ name, to }) => {
      const { exchanges } = stored(name);
      all.delete(name);
      return put(to, exchanges);
    },
    "cassettes.delete": ({ name }) => {
      all.delete(stored(name).cassette.name);
      return null;
    },
  };
}
