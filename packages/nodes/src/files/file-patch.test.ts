import { applyPatch } from "diff";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { filesDiff } from "./file-patch.ts";
import type { FileSnapshot } from "./file-snapshot.ts";
import type { NetFile } from "./net-change.ts";

function fileOf(content: string | undefined): FileSnapshot | undefined {
  if (content === undefined) return undefined;
  return { mode: "100644", size: Buffer.byteLength(content), content: Buffer.from(content) };
}

interface TextChange {
  readonly path: string;
  readonly from?: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

function textDiff({ before, after, ...rest }: TextChange) {
  const file: NetFile = { ...rest, before: fileOf(before), after: fileOf(after) };
  return filesDiff([file], "for-people");
}

const text = fc
  .array(fc.constantFrom("a", "b", "c", "", "```", "+x", "-y", "é\r", "@@ -1 +1 @@"), { maxLength: 12 })
  .map((lines) => lines.join("\n"));

describe("filesDiff", () => {
  it("says in the form of git what changed", () => {
    expect(textDiff({ path: "a b.ts", before: "1\n2\n3", after: "1\n2\n4\n" })).toEqual({
      diff: "diff --git a/a b.ts b/a b.ts\n--- a/a b.ts\n+++ b/a b.ts\n@@ -1,3 +1,3 @@\n 1\n 2\n-3\n\\ No newline at end of file\n+4\n",
      added: 1,
      removed: 1,
    });
    expect(textDiff({ path: "n", before: undefined, after: "1\n" }).diff).toMatch(/^diff --git .*\nnew file mode 100644\n--- \/dev\/null\n/);
    expect(textDiff({ path: "n", before: "1\n", after: undefined }).diff).toContain("\n+++ /dev/null\n");
    expect(textDiff({ path: "b", from: "a", before: "x", after: "x" }).diff).toBe("diff --git a/a b/b\nrename from a\nrename to b\n");
  });

  it("turns one text into the other, whatever is in them, and counts lines (D-58)", () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const { diff, added, removed } = textDiff({ path: "f", before, after });
        expect(before === after ? before : applyPatch(before, diff, { autoConvertLineEndings: false })).toBe(after);
        const lines = (value: string) => value.split("\n").length - (value === "" || value.endsWith("\n") ? 1 : 0);
        expect(added - removed).toBe(lines(after) - lines(before));
      }),
    );
  });

  it("takes bounded time for texts that have nothing in common, and is still right (D-58)", () => {
    const lines = (from: number) => Array.from({ length: 5000 }, (_, index) => `line ${from + index} \`\`\``);
    const before = ["same", ...lines(0), "end"].join("\n");
    const after = ["same", ...lines(100_000), "end"].join("\n");
    const { diff, added, removed } = textDiff({ path: "f", before, after });
    expect([added, removed]).toEqual([5000, 5000]);
    expect(applyPatch(before, diff)).toBe(after);
    const large = "x\n".repeat(1_000_000);
    expect(applyPatch(large, textDiff({ path: "f", before: large, after: `${large}y` }).diff)).toBe(`${large}y`);
    expect(textDiff({ path: "f", before: "", after: large }).diff.includes("\n@@ -0,0 +1,1000000 @@\n")).toBe(true);
    expect(textDiff({ path: "f", before: large, after: large }).added).toBe(0);
  });
});
