import { describe, expect, it } from "vitest";
import { equalGroups } from "./equal-groups.ts";

describe("equalGroups", () => {
  it("gives the same letter to what is the same, in the order in which it comes", () => {
    expect(equalGroups(["x", "x", "y", undefined, "x", "z"])).toEqual(["A", "A", "B", undefined, "A", "C"]);
    expect(equalGroups([])).toEqual([]);
  });

  it("goes on with two letters after Z", () => {
    const letters = equalGroups(Array.from({ length: 26 * 27 + 1 }, (_, n) => String(n)));
    expect([letters[25], letters[26], letters[51], letters[52], letters[26 * 27 - 1], letters[26 * 27]]).toEqual([
      "Z",
      "AA",
      "AZ",
      "BA",
      "ZZ",
      "AAA",
    ]);
    expect(new Set(letters).size).toBe(letters.length);
  });
});
