import fc from "fast-check";
import { expect, it } from "vitest";
import { placesOf } from "./search-text.ts";

const text = (maxLength: number) => fc.array(fc.constantFrom("a", "b"), { maxLength }).map((units) => units.join(""));

/** Repeats itself, so that a search that has found half of it must not begin anew. */
const part = fc.tuple(text(6), fc.integer({ min: 1, max: 12 }), text(6)).map(([unit, times, end]) => unit.repeat(times) + end);

it("finds the places between which splitting leaves the same as the runtime does", () => {
  const cases = part
    .filter((searched) => searched !== "")
    .chain((searched) => {
      const beginning = fc.nat(searched.length).map((length) => searched.slice(0, length));
      return fc.tuple(fc.constant(searched), fc.array(fc.oneof(fc.constant(searched), beginning, text(8)), { maxLength: 10 }));
    });
  fc.assert(
    fc.property(cases, ([searched, around]) => {
      const whole = around.join("");
      const pieces: string[] = [];
      let end = 0;
      for (const place of placesOf(searched, whole)) {
        pieces.push(whole.slice(end, place));
        end = place + searched.length;
      }
      expect([...pieces, whole.slice(end)]).toEqual(whole.split(searched));
    }),
    { numRuns: 3000 },
  );
});
