import { describe, expect, it } from "vitest";
import { ansiPieces, withoutAnsi } from "./ansi-text.ts";
import { oneLine, textPieces, visibleText } from "./visible-text.ts";

describe("visible text", () => {
  it("names what orders text anew, has no width or controls a terminal", () => {
    expect(textPieces("a\u202eb\u200bc\u001bd")).toEqual([
      { text: "a" },
      { text: "\u202e", mark: "U+202E", name: "right-to-left override" },
      { text: "b" },
      { text: "\u200b", mark: "U+200B", name: "zero width space" },
      { text: "c" },
      { text: "\u001b", mark: "U+001B", name: "escape" },
      { text: "d" },
    ]);
    expect(textPieces("x\ud800").at(-1)).toMatchObject({ mark: "U+D800" });
    expect(textPieces("x\u{e0041}").at(-1)).toMatchObject({ mark: "U+E0041", name: "hidden character" });
  });

  it("counts what comes again and again, and is one text for titles", () => {
    expect(textPieces("a\0\0\0b\0")).toMatchObject([{ text: "a" }, { mark: "U+0000", count: 3 }, { text: "b" }, { mark: "U+0000" }]);
    expect(visibleText("a\0\0b\u202e")).toBe("a‹U+0000 × 2›b‹U+202E›");
  });

  it("leaves lines, tabs, pictures of several and letters that are joined as they are", () => {
    for (const text of ["a\r\nb\tc\n", "👩‍💻 👨‍👩‍👧", "می‌خواهم", "שלום"]) expect(textPieces(text)).toEqual([{ text }]);
    expect(textPieces("a\u200db")).toHaveLength(3);
  });
});

describe("ansiPieces", () => {
  it("reads styles and leaves out all other sequences", () => {
    const text = "\u001b[1;31mFAIL\u001b[0m \u001b]8;;http://x\u0007link\u001b]8;;\u0007\u001b[2K \u001b[38;5;208mx\u001b[39m";
    expect(ansiPieces(text)).toEqual([
      { text: "FAIL", classes: ["ansi-bold", "ansi-1"] },
      { text: " ", classes: [] },
      { text: "link", classes: [] },
      { text: " ", classes: [] },
      { text: "x", classes: [] },
    ]);
    expect(withoutAnsi(text)).toBe("FAIL link x");
  });
});

describe("oneLine", () => {
  it("cuts between characters and says so", () => {
    expect(oneLine("a\n  b ")).toBe("a b");
    expect(oneLine("ab👩", 3)).toBe("ab…");
    expect(oneLine("x".repeat(1000), 5)).toBe("xxxxx…");
  });
});
