import { canonicalJson } from "@dad/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { inOrder } from "./in-order.ts";

it("gives a copy whose text is the canonical one, or nothing", () => {
  const key = fc.oneof(fc.constantFrom("__proto__", "constructor", "toJSON", "0", "10", "9", "a", "A", "", "é", "\u{1f600}", "\uffff"), fc.string());
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom<unknown>(null, true, 0, -0, 1e21, 1.5e-7, undefined, Number.NaN, 1n, "\ud800", new Date(0)),
      fc.string({ unit: "binary" }),
      fc.double(),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(key, tie("value"), { maxKeys: 4 }),
    ),
  })).value;
  let copies = 0;
  fc.assert(
    fc.property(value, (given) => {
      const copy = inOrder(given);
      if (copy === undefined) return;
      copies += 1;
      expect(JSON.stringify(copy)).toBe(canonicalJson(given));
      expect(copy).toEqual(JSON.parse(canonicalJson(given)));
    }),
    { numRuns: 2_000 },
  );
  expect(copies).toBeGreaterThan(500);
});

it.each<[string, unknown]>([
  ["is no JSON", [undefined]],
  ["has members that are like indexes", { b: 1, 10: 1, 9: 1 }],
  ["has a member that cannot be assigned to", JSON.parse('{"__proto__":1}')],
  ["has a hole", [1, , 2]], // oxlint-disable-line no-sparse-arrays -- the hole is the subject
  ["is very deep", JSON.parse("[".repeat(200) + "]".repeat(200))],
])("gives nothing for what %s", (_what, value) => {
  expect(inOrder(value)).toBeUndefined();
});
