// The npm package `jsonata` on the orders of the bench: reads NDJSON from a file, prints the CPU
// that one item takes in nanoseconds and the first results.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../e2e/package.json", import.meta.url));
const jsonata = require("jsonata");

const [, , expressionFile, ordersFile, count] = process.argv;
const expression = jsonata(readFileSync(expressionFile, "utf8"));
const lines = readFileSync(ordersFile, "utf8").split("\n").slice(0, Number(count));
const orders = lines.filter((line) => line !== "").map((line) => JSON.parse(line));

const sample = [];
for (const order of orders.slice(0, 2000)) {
  const result = await expression.evaluate(order);
  if (sample.length < 20) sample.push(result);
}
const before = process.cpuUsage();
for (const order of orders) await expression.evaluate(order);
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ ns: ((user + system) * 1000) / orders.length, sample }));
