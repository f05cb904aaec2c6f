import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alignedKeys } from "./aligned.ts";

const keys = () => fc.uniqueArray(fc.constantFrom<string[]>("a", "b", "c", "d", "e", "f"), { maxLength: 8 });

describe("alignedKeys", () => {
  it("puts what only the run before has behind what came before it there", () => {
    expect(alignedKeys(["x", "a", "y", "z", "b"], ["a", "n", "b"])).toEqual(["x", "a", "y", "z", "n", "b"]);
  });

  it("has each key of both once, and those of the run after in their order", () => {
    fc.assert(
      fc.property(keys(), keys(), (before, after) => {
        const aligned = alignedKeys(before, after);
        expect(aligned.toSorted()).toEqual([...new Set([...before, ...after])].toSorted());
        expect(aligned.filter((key) => after.includes(key))).toEqual(after);
      }),
    );
  });
});
