// A system of a test's own on loopback, which counts what it is called with.

import { createServer, type IncomingMessage } from "node:http";

/** A small system that answers with JSON. */
export type Loopback = { url: string; calls: string[]; close: () => Promise<void> };

/** Starts a system on a free port; `answer` gives the status and the JSON. */
export async function loopback(
  answer: (request: IncomingMessage) => [number, unknown],
): Promise<Loopback> {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`);
    const [status, body] = answer(request);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const close = () =>
    new Promise<void>((done) => {
      server.closeAllConnections();
      server.close(() => done());
    });
  return { url: `http://127.0.0.1:${port}`, calls, close };
}
