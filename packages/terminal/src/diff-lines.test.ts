import { describe, expect, it } from "vitest";
import { withoutEndMarks } from "./diff-lines.ts";

const MARK = "\\ No newline at end of file\n";

describe("withoutEndMarks", () => {
  it("leaves out that neither text ends its last line", () => {
    expect(withoutEndMarks(`@@ -1,1 +1,1 @@\n-one\n${MARK}+two\n${MARK}`)).toBe("@@ -1,1 +1,1 @@\n-one\n+two\n");
    expect(withoutEndMarks(`@@ -1,2 +1,2 @@\n-one\n+two\n same\n${MARK}`)).toBe("@@ -1,2 +1,2 @@\n-one\n+two\n same\n");
  });

  it("says it of one that does not, where the other does", () => {
    for (const unified of [`@@ -1,1 +1,1 @@\n-one\n${MARK}+one\n`, `@@ -1,1 +1,1 @@\n-one\n+one\n${MARK}`])
      expect(withoutEndMarks(unified)).toBe(unified);
  });
});
