// Evaluates expressions by the npm package `jsonata`, for the comparison in main.rs: a line of JSON
// in is a document or an expression over one, a line out is its result, "nothing" or an error code.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(new URL("../e2e/package.json", import.meta.url));
const jsonata = require("jsonata");

const documents = [];
const lines = [];

/** What JSON has no form for is told apart from what it has. */
function plain(key, value) {
  if (typeof value === "number" && !Number.isFinite(value)) return { "not a number": String(value) };
  if (typeof value === "function" || value?._jsonata_function || value?._jsonata_lambda) {
    return { "not a value": "function" };
  }
  // A list can hold nothing at all there, which would be written as null.
  if (value === undefined && Array.isArray(this)) return { "not a value": "nothing" };
  return value;
}

async function answer({ on, source }) {
  try {
    // Some expressions change their input there; each gets a fresh one.
    const result = await jsonata(source).evaluate(JSON.parse(documents[on]));
    return result === undefined ? { nothing: true } : { result };
  } catch (error) {
    return { error: error.code ?? `JavaScript: ${error.message}` };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const task = JSON.parse(line);
  if ("document" in task) documents.push(JSON.stringify(task.document));
  else lines.push(JSON.stringify(await answer(task), plain));
}
process.stdout.write(`${lines.join("\n")}\n`);
