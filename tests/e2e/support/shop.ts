// A live system on loopback: orders, and a way to see what was asked of it.

import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** Order 1 to `count`: amounts that a filter can tell apart. */
export type Order = { id: number; customer: string; total: number };

/** A running shop. */
export type Shop = {
  url: string;
  /** Method and path of each request, in order. */
  requests: string[];
  stop: () => Promise<void>;
};

/** Starts a shop that answers `GET /orders` with a list. */
export async function openShop(orders: readonly object[]): Promise<Shop> {
  const requests: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    requests.push(`${request.method} ${request.url}`);
    const known = request.url === "/orders";
    response.writeHead(known ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(known ? orders : { error: "no such path" }));
  });
  await new Promise<void>((listens) => server.listen(0, "127.0.0.1", listens));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    stop: () => new Promise((done) => server.close(() => done())),
  };
}
