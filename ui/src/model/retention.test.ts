import { expect, test } from "vitest";
import { boundIn, draftOf, isNarrower, retentionIn } from "./retention";

test("an empty bound does not bound, anything but a whole number is none", () => {
  expect(retentionIn({ days: "90", runs: " ", mb: "4096" })).toEqual({ days: 90, mb: 4096 });
  expect(retentionIn({ days: "0", runs: "", mb: "" })).toBeNull();
  expect([boundIn("1.5"), boundIn("-3"), boundIn("many"), boundIn("")]).toEqual([
    null,
    null,
    null,
    undefined,
  ]);
  expect(draftOf({ mb: 5 })).toEqual({ days: "", runs: "", mb: "5" });
});

test("a bound that is set or made smaller may delete runs", () => {
  expect(isNarrower({ days: 30 }, { days: 90 })).toBe(true);
  expect(isNarrower({ runs: 10 }, {})).toBe(true);
  expect(isNarrower({ days: 120 }, { days: 90, mb: 5 })).toBe(false);
});
