import type { NetworkEntry } from "../../bindings/NetworkEntry";
import type { CommandName, Commands } from "../commands";

type NetworkCommand = Extract<CommandName, `network.${string}` | "runs.har" | "runs.told">;
type Handlers = { [K in NetworkCommand]: (args: Commands[K]["args"]) => Commands[K]["ret"] };

const HOSTS = ["api.shop.example.com", "erp.example.com", "id.example.com"];

function entry(seq: number): NetworkEntry {
  const host = HOSTS[seq % HOSTS.length] ?? "";
  const fails = seq % 17 === 0;
  const stayed = seq % 5 === 0;
  return {
    seq,
    at: Date.now() - (4000 - seq) * 900,
    method: seq % 4 === 0 ? "POST" : "GET",
    url: `https://${host}/v2/orders?page=${seq % 40}`,
    host,
    ...(fails ? { error: `${host} did not answer in time.` } : { status: 200 }),
    bytes_out: 0,
    bytes_in: 1200 + seq,
    took_ms: 40 + (seq % 90),
    from: stayed ? "cassette" : "system",
    has_left: !stayed,
    flow: "orders-to-erp",
    node: "orders",
  };
}

/** The network log of the host in memory. */
export function memoryNetwork(): Handlers {
  const all = Array.from({ length: 2500 }, (_, n) => entry(2500 - n));
  return {
    "runs.told": () => [],
    "runs.har": ({ run }) => ({ name: `${run}.har`, text: "{}" }),
    "network.list": ({ before, host, limit }) =>
      all
        .filter(
          (each) =>
            (before === undefined || each.seq < before) && (host ?? each.host) === each.host,
        )
        .slice(0, limit),
    "network.export": ({ format }) => ({ name: `network.${format}`, text: "" }),
  };
}
