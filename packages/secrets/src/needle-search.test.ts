import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { needleBeginnings } from "./needle-beginnings.ts";
import { needleSearch } from "./needle-search.ts";

/** Few different characters, so that needles begin and end like one another. */
const few = (size: { readonly minLength?: number; readonly maxLength: number }) =>
  fc.string({ unit: fc.constantFrom("a", "b", "\u{10ffff}"), ...size });
const needles = fc.uniqueArray(few({ minLength: 3, maxLength: 9 }), { maxLength: 12 });

describe("a search for many needles", () => {
  it("finds each wherever it is, from the left to the right", () => {
    fc.assert(
      fc.property(needles, few({ maxLength: 60 }), (needles, text) => {
        const found: string[] = [];
        needleSearch(needles)(text, (at, needle) => found.push(`${at} ${needles[needle]}`));
        const there = Array.from({ length: text.length }, (_, at) =>
          needles.filter((needle) => text.startsWith(needle, at)).map((needle) => `${at} ${needle}`),
        ).flat();
        expect(found.toSorted()).toEqual(there.toSorted());
        const places = found.map((place) => Number.parseInt(place, 10));
        expect(places).toEqual(places.toSorted((one, other) => one - other));
      }),
    );
  });

  it("finds one that is longer than a window can be", () => {
    const [long, places] = ["ab".repeat(1000), [] as number[]];
    needleSearch([long, `${long}c`])(`xxx${long}c`, (at) => places.push(at));
    expect(places).toEqual([3, 3]);
  });
});

describe("the beginning of a needle", () => {
  it("is at the end of a text from where on a needle may go on", () => {
    fc.assert(
      fc.property(needles, few({ maxLength: 30 }), fc.nat(2), (needles, before, missing) => {
        const longest = needles.toSorted((one, other) => other.length - one.length)[0] ?? "";
        const text = before + longest.slice(0, longest.length - missing);
        const places = Array.from({ length: text.length }, (_, at) => at);
        const open = places.find((at) => needles.some((needle) => needle.length > text.length - at && needle.startsWith(text.slice(at))));
        expect(needleBeginnings(needles)(text)).toBe(open ?? text.length);
      }),
    );
  });
});
