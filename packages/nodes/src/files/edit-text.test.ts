import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editText, type WhiteSpace } from "./edit-text.ts";
import { PlanProblem } from "./planned-tree.ts";

function edited(text: string, [find, replace]: readonly [string, string], how: { readonly all?: boolean; readonly lenient?: boolean } = {}): string {
  return editText(text, [{ find, replace, all: how.all }], how.lenient === true ? "lenient" : "exact");
}

function hintOf(
  text: string,
  find: string,
  { whiteSpace = "exact", replace = "" }: { readonly whiteSpace?: WhiteSpace; readonly replace?: string } = {},
): string {
  try {
    editText(text, [{ find, replace }], whiteSpace);
  } catch (error) {
    if (error instanceof PlanProblem) return error.hint;
  }
  throw new Error("nothing was wrong");
}

describe("editText", () => {
  it("replaces the only place, and nothing else", () => {
    expect(edited("one two three", ["two", "2"])).toBe("one 2 three");
  });

  it("replaces one of several places only when it is told to take all (D-60)", () => {
    expect(() => edited("a\nb\na\n", ["a", "x"])).toThrow("edits[0].find occurs more than once in the file (lines 1 and 3)");
    expect(edited("a\nb\na\n", ["a", "x"], { all: true })).toBe("x\nb\nx\n");
    expect(edited("aaa", ["aa", "b"], { all: true })).toBe("ba");
    expect(() => edited("b", ["a", "x"], { all: true })).toThrow("does not occur");
  });

  it("takes what is found and what comes instead for text, whatever is in them", () => {
    fc.assert(
      fc.property(fc.tuple(fc.string(), fc.string()), fc.string({ minLength: 1 }), fc.string(), ([before, after], find, replace) => {
        const text = before + find + after;
        fc.pre(!text.includes("\r\n") && text.indexOf(find) === before.length && !text.includes(find, before.length + 1));
        expect(edited(text, [find, replace])).toBe(before + replace + after);
      }),
    );
  });

  it("keeps line ends, byte order mark and the end of the file", () => {
    expect(edited("\ufeffa\r\nb\r\nc", ["a\nb", "1\n2\n3"])).toBe("\ufeff1\r\n2\r\n3\r\nc");
    expect(edited("a\r\nb", ["b", "b\nc"])).toBe("a\r\nb\r\nc");
    expect(edited("a\r\nb\nc", ["b\nc", "x\ny"])).toBe("a\r\nx\ny");
    expect(edited("a\nb", ["b", "c"])).toBe("a\nc");
  });

  it("does not take white space for the same unless it is lenient", () => {
    expect(() => edited("\tif (x) {\n\t\ty();\n\t}\n", ["if (x) {\n  y();\n}", "z();"])).toThrow("does not occur");
    expect(edited("\tif (x) {\n\t\ty();\n\t}\n", ["if (x) {\n  y();\n}", "z();"], { lenient: true })).toBe("\tz();\n");
  });

  it.each([
    ["indents what comes in their place as the lines were", "  a\n  b\nc\n", "a\nb", "x\n  y\n\nz", "  x\n    y\n\n  z\nc\n"],
    ["takes indentation away where find has more", "a\n  b\n", "    a\n      b\n", "    x\n      y\n  z\n", "x\n  y\nz\n"],
    ["looks away from space at the end of lines", "a  \nb\t\n", "a\nb\n", "c\n", "c\n"],
    ["indents each line as its own", "    if a:\n        b\n", "  if a:\n    b\n", "  if a:\n    c\n  d\n", "    if a:\n        c\n    d\n"],
    ["indents with tabs where the file does", "\tif a:\n\t\tb\n", "if a:\n  b\n", "if a:\n  for c:\n    d\n", "\tif a:\n\t\tfor c:\n\t\t\td\n"],
    ["goes deeper by the unit of the file", "f():\n    a\n    b\n", "  b\n", "  if b:\n    c\n", "f():\n    a\n    if b:\n        c\n"],
    ["takes only the first line for another", "    if a:\n      b\n", "if a:\n      b\n", "if c:\n      d\n", "    if c:\n      d\n"],
    [
      "keeps what aligns",
      "    /**\n     * a\n     */\n    f()\n",
      "/**\n * a\n */\nf()",
      "/**\n * b\n */\nf(\n  x)",
      "    /**\n     * b\n     */\n    f(\n      x)\n",
    ],
    ["removes whole lines", "a\n b \nc\n", "b\n", "", "a\nc\n"],
    ["keeps a last line without an end", "a\n  b", "b \n", "c\n", "a\n  c"],
    ["keeps CR LF", "a\r\n  b\r\n  c\r\n", "b \nc", "x\ny", "a\r\n  x\r\n  y\r\n"],
    ["prefers what is exactly so", "x\n  x \n", "  x \n", "y\n", "x\ny\n"],
  ])("when lenient, %s", (...[_what, text, find, replace, expected]) => {
    expect(edited(text, [find, replace], { lenient: true })).toBe(expected);
  });

  it("when lenient, does not guess how to indent what was written without any", () => {
    const text = "  if a:\n    b\n";
    expect(() => edited(text, ["if a:\nb\n", "if a:\nc\n"], { lenient: true })).toThrow("edits[0].find is indented in another way");
    expect(hintOf(text, "if a:\nb\n", { whiteSpace: "lenient", replace: "c" })).toContain("line 1");
    expect(edited(text, ["if a:\nb\n", ""], { lenient: true })).toBe("");
  });

  it("when lenient, still takes only one place, and whole lines with text", () => {
    expect(() => edited(" a\n\ta\n", ["a ", "x"], { lenient: true })).toThrow("occurs more than once in the file (lines 1 and 2)");
    expect(edited(" a\n\ta\n", ["a ", "x"], { lenient: true, all: true })).toBe(" x\n\tx\n");
    expect(() => edited("ab\n", ["a ", "x"], { lenient: true })).toThrow("does not occur");
    expect(() => edited("a\n\n", [" \n", "x"], { lenient: true })).toThrow("does not occur");
  });
});

describe("an edit that matches nowhere", () => {
  it("shows the nearest place and how it differs", () => {
    const text = "import a\n\nfunction f(x) {\n  return x + 1;\n}\n";
    expect(hintOf(text, "function f(x) {\n  return x + 2;\n}")).toBe(
      "The nearest place is line 3 (- what find has, + what the file has):\n function f(x) {\n-  return x + 2;\n+  return x + 1;\n }",
    );
    expect(hintOf("a = 1; \t\nb\n", "a = 1;\nb")).toContain("-a = 1;\n+a = 1;·→\n b");
  });

  it("shows the nearest place of a single word, too", () => {
    expect(hintOf("one\nlet colour = blue;\n", "color")).toBe(
      "The nearest place is line 2 (- what find has, + what the file has):\n-color\n+let colour = blue;",
    );
  });

  it("shows nothing when nothing is near", () => {
    expect(hintOf("completely\ndifferent\n", "function f() {}")).toBe("");
    expect(hintOf("", "x")).toBe("");
  });

  it("does not look long for it", () => {
    const line = "const value = compute(something);\n";
    expect(hintOf(line.repeat(100_000), `${line}x`.repeat(10))).toBe("");
    expect(hintOf("x".repeat(1_000_000), `${"x".repeat(1_000_000)}y`)).toMatch(/^The nearest place is line 1/);
    expect(hintOf(`${" ".repeat(1_000_000)}x`, `${" ".repeat(1_000_000)}y`)).toBe("");
  });
});
