import { expect, it } from "vitest";
import { nameHint, nearestName } from "./name-hint.ts";

it.each([
  ["nmae", ["name", "game"], "name"],
  ["opertions", ["operations", "options"], "operations"],
  ["Summary", ["summary"], "summary"],
  ["a", ["b"], "b"],
  ["task", ["spec", "plan"], undefined],
  ["x".repeat(1000), ["x".repeat(999)], undefined],
])("the nearest to %j of %j is %j", (name, names, expected) => {
  expect(nearestName(name, names)).toBe(expected);
});

it("a hint lists ten names and cuts long ones", () => {
  const names = Array.from({ length: 12 }, (_, index) => `name_${index}_${"x".repeat(1000)}`);
  expect(nameHint("other", names)).toMatch(/^there are "name_0_x+…", .* and 2 more$/);
  expect(nameHint("other", names).length).toBeLessThan(2000);
});
