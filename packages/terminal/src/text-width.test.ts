import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnsOf, cutEnd, cutStart } from "./text-width.ts";

describe("the width of text", () => {
  it.each([
    ["plain", 5],
    ["漢字", 4],
    ["ｆｕｌｌ", 8],
    ["e\u0301", 1],
    ["👩‍👩‍👧‍👦", 2],
    ["🇩🇪", 2],
    ["", 0],
  ])("of %j is counted in columns", (text, columns) => {
    expect(columnsOf(text)).toBe(columns);
  });

  it.each([
    ["plain", 5, ["plain", "plain"]],
    ["plain", 4, ["pla…", "…ain"]],
    ["plain", 1, ["…", "…"]],
    ["plain", 0, ["", ""]],
    ["漢字漢", 4, ["漢…", "…漢"]],
    ["a👩‍👩‍👧‍👦b", 3, ["a…", "…b"]],
  ])("of %j is cut to %d without breaking a character", (text, columns, cut) => {
    expect([cutEnd(text, columns), cutStart(text, columns)]).toEqual(cut);
  });

  it("is never more than was asked for", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(30), (text, columns) => {
        expect(Math.max(columnsOf(cutEnd(text, columns)), columnsOf(cutStart(text, columns)))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
