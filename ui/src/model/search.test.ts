import { expect, test } from "vitest";
import { CATALOGUE } from "../host/memory/catalogue";
import { searchTypes } from "./search";

function first(query: string): string | undefined {
  return searchTypes(CATALOGUE, query)[0]?.type;
}

test.each([
  ["filter", "data.filter"],
  ["http", "http.request"],
  ["api", "http.request"],
  ["vlookup", "data.join"],
  ["cron", "trigger.schedule"],
  ["wri", "file.write"],
  ["gql", "graphql.request"],
  ["pause", "flow.wait"],
])("typing %s finds %s first", (query, type) => {
  expect(first(query)).toBe(type);
});

test("nonsense finds nothing, nothing finds all", () => {
  expect(searchTypes(CATALOGUE, "qqqq")).toEqual([]);
  expect(searchTypes(CATALOGUE, " ")).toHaveLength(CATALOGUE.length);
});
