import { expect, test } from "vitest";
import { argsOf, LIVE, withMode, withNodeMode } from "./conduct";
import { FAULTS, freshFault, nameOfFault, numberOf, withNumber, withTicked } from "./faults";

test("each fault is known again once it is ticked, and goes when it is not", () => {
  const all = FAULTS.reduce<ReturnType<typeof withTicked>>(
    (faults, name) => withTicked(faults, name, true),
    [],
  );
  expect(all.map(nameOfFault)).toEqual([...FAULTS]);
  expect(withTicked(all, "cut", false)).toHaveLength(FAULTS.length - 1);
});

test("numbers of one fault leave the others alone", () => {
  const faults = withNumber([freshFault("limit"), freshFault("cut")], "limit", "retry_after", 40);
  expect(faults.map((fault) => numberOf(fault, "retry_after"))).toEqual([40, 0]);
  expect(faults[1]).toEqual(freshFault("cut"));
});

test("a live run without faults tells the host nothing of them", () => {
  expect(argsOf({ ...LIVE, cassette: "old", lenient: true })).toEqual({});
  expect(argsOf({ ...LIVE, mode: "replay", cassette: "old", lenient: true })).toEqual({
    mode: "replay",
    cassette: "old",
    lenient: true,
  });
});

test("one node may be met in another way than the run, and with its cassette", () => {
  const one = withNodeMode({ ...LIVE, cassette: "old" }, "orders", "replay");
  expect(argsOf(one)).toEqual({ cassette: "old", node_modes: { orders: "replay" } });
  expect(argsOf(withNodeMode(one, "orders", null))).toEqual({});
  expect(withMode(one, "mock").cassette).toBeNull();
});
