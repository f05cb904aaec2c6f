import { canonicalJson, type Json } from "@dad/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { lengthOf } from "./meter.ts";

function partsIn(value: Json): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce<number>((sum, part) => sum + partsIn(part), 1);
}

it("the length of a value is that of its JSON, and at most one more for each part", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "é", "😀", " ") });
  const scalar = fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.boolean(), fc.constant(null));
  const { value } = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, scalar, fc.array(tie("value")), fc.dictionary(text, tie("value"))),
  }));
  fc.assert(
    fc.property(value, (any) => {
      const written = canonicalJson(any).length;
      expect(lengthOf(any)).toBeGreaterThanOrEqual(written);
      expect(lengthOf(any)).toBeLessThanOrEqual(written + partsIn(any));
    }),
  );
});
