import { applyPatch } from "diff";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textDiff } from "./text-diff.ts";

const lines = () => fc.array(fc.constantFrom("a\n", "b\n", "c\n", "d", "\n"), { maxLength: 30 }).map((parts) => parts.join(""));

describe("textDiff", () => {
  it("is a patch that makes the text after of the one before", () => {
    fc.assert(
      fc.property(lines(), lines(), (before, after) => {
        const diff = textDiff(before, after);
        expect(diff ? applyPatch(before, diff.unified) : before).toBe(after);
      }),
    );
  });

  it("finds nothing between a text and itself", () => {
    expect(textDiff("a\nb", "a\nb")).toBeUndefined();
  });

  it("counts lines", () => {
    expect(textDiff("a\nb\nc\n", "a\nx\ny\nc\n")).toEqual({ added: 2, removed: 1, unified: "@@ -1,3 +1,4 @@\n a\n-b\n+x\n+y\n c\n" });
  });

  it("tells of texts that have little in common all from the first to the last line that differs", () => {
    const text = (sign: string) => `same\n${Array.from({ length: 3000 }, (_, n) => `${sign}${n}\n`).join("")}end`;
    const diff = textDiff(text("a"), text("b"));
    expect(diff).toMatchObject({ added: 3000, removed: 3000 });
    expect(applyPatch(text("a"), diff?.unified ?? "")).toBe(text("b"));
  });
});
