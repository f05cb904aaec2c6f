import { describe, expect, it } from "vitest";
import { outcomeFiles, outcomeTotals } from "./outcome-files.ts";

const patch = "diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1,2 @@\n-x\n+y\n+z\n";

describe("outcomeFiles", () => {
  it("has all files that differ, also those that the patch has no more room for", () => {
    const files = outcomeFiles({
      changes: [
        { path: "a.txt", kind: "modified" },
        { path: "film.mp4.dad-artifact", kind: "added" },
      ],
      patch,
    });
    expect(files).toMatchObject([
      { path: "a.txt", kind: "modified", isPointer: false, patch: { added: 2, removed: 1 } },
      { path: "film.mp4.dad-artifact", kind: "added", isPointer: true },
    ]);
    expect(files[1]?.patch).toBeUndefined();
    expect(outcomeTotals(files)).toEqual({ files: 2, added: 2, removed: 1 });
  });

  it("goes by the patch where nothing else is known", () => {
    expect(outcomeFiles({ changes: null, patch }).map(({ path }) => path)).toEqual(["a.txt"]);
    expect(outcomeFiles({ changes: null })).toEqual([]);
  });
});
