// While the window is open, the webhooks of its flows are answered.

import { afterAll, beforeAll, expect, test } from "vitest";
import { freshFolder } from "../support/programs";
import { invoke, openStage, type Stage } from "../support/window";

const folder = freshFolder();
let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(async () => {
  await stage?.stop();
  folder.remove();
});

const FLOW = {
  gantry: 1,
  id: "hello",
  name: "Hello",
  nodes: [
    {
      id: "call",
      type: "trigger.webhook",
      params: { path: "call", answer: { type: "when_responded", timeout_ms: 5000 } },
    },
    {
      id: "answer",
      type: "flow.respond",
      params: { status: 201, body: { order: "{{ body.order }}" } },
    },
  ],
  wires: [{ from: "call", to: "answer" }],
};

test("a webhook is answered as long as the window is open", async () => {
  const page = await stage.open(folder.path);
  const body = { text: JSON.stringify(FLOW) };
  await invoke(page, "call", { name: "flows.import", body });
  const info = JSON.parse(await invoke(page, "call", { name: "app.info", body: {} }));
  const hook = () =>
    fetch(`${info.hooks}/hooks/hello/call`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ order: 7 }),
      signal: AbortSignal.timeout(10_000),
    });
  const answer = await hook();
  expect([answer.status, await answer.json()]).toEqual([201, { order: 7 }]);
  await page.close();
  await expect(hook()).rejects.toThrow();
});
