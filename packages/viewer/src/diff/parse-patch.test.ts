import { describe, expect, it } from "vitest";
import { diffRows } from "./diff-rows.ts";
import { parseHunks, parsePatch } from "./parse-patch.ts";

const PATCH = `diff --git a/src/app.ts b/src/app.ts
index 1111111..2222222 100644
--- a/src/app.ts
+++ b/src/app.ts
@@ -10,4 +10,5 @@ function main() {
 one
-const port = 80;
+const port = 8080;
+++ twice
 two
--- three
+three
\\ No newline at end of file
diff --git a/new file.txt b/new file.txt
new file mode 100644
--- /dev/null
+++ b/new file.txt\t
@@ -0,0 +1 @@
+diff --git a/x b/x
diff --git a/old.bin b/old.bin
deleted file mode 100644
Binary files a/old.bin and /dev/null differ
diff --git "a/gr\\303\\274n.txt" "b/gr\\303\\274n.txt"
old mode 100644
new mode 100755
diff --git a/was.ts b/is.ts
similarity index 100%
rename from was.ts
rename to is.ts
diff --git a/empty b/empty
new file mode 100644
index 0000000..e69de29
`;

describe("parsePatch", () => {
  const files = parsePatch(PATCH);

  it("reads each file with its kind, whatever stands in its lines", () => {
    expect(files.map(({ path, kind, binary }) => [path, kind, binary])).toEqual([
      ["src/app.ts", "modified", false],
      ["new file.txt", "added", false],
      ["old.bin", "deleted", true],
      ["grün.txt", "modified", false],
      ["is.ts", "moved", false],
      ["empty", "added", false],
    ]);
    expect(files[3]?.mode).toBe("100644 → 100755");
    expect(files[4]?.from).toBe("was.ts");
  });

  it("numbers the lines of both sides and counts what came and went", () => {
    expect(files[0]).toMatchObject({ added: 3, removed: 2 });
    expect(files[0]?.hunks[0]?.section).toBe("function main() {");
    expect(files[0]?.hunks[0]?.lines).toEqual([
      { kind: "same", text: "one", before: 10, after: 10 },
      { kind: "removed", text: "const port = 80;", before: 11 },
      { kind: "added", text: "const port = 8080;", after: 11 },
      { kind: "added", text: "++ twice", after: 12 },
      { kind: "same", text: "two", before: 12, after: 13 },
      { kind: "removed", text: "-- three", before: 13 },
      { kind: "added", text: "three", after: 14 },
      { kind: "note", text: "No newline at end of file" },
    ]);
    expect(files[1]?.hunks[0]?.lines).toEqual([{ kind: "added", text: "diff --git a/x b/x", after: 1 }]);
  });

  it("reads a name and a hunk of any length", () => {
    const lines = 300_000;
    const name = "n".repeat(lines);
    const [file] = parsePatch(`diff --git "a/${name}" "b/${name}"\n--- /dev/null\n+++ "b/${name}"\n@@ -0,0 +1,${lines} @@\n${"+\n".repeat(lines)}`);
    expect(file?.path).toHaveLength(lines);
    expect(diffRows(file?.hunks ?? [])).toHaveLength(lines);
  });

  it("reads what is there of a patch that was cut, and nothing of what is none", () => {
    expect(parsePatch(PATCH.slice(0, PATCH.indexOf("+const")))[0]).toMatchObject({ path: "src/app.ts", added: 0, removed: 1 });
    expect(parsePatch("")).toEqual([]);
    expect(parsePatch("<script>alert(1)</script>\n@@ -1 +1 @@")).toEqual([]);
  });
});

describe("diffRows", () => {
  it("says how much is left out between hunks, and marks what changed in a line", () => {
    const rows = diffRows(parseHunks("@@ -3 +3 @@\n-const port = 80;\n+const port = 8080;\n@@ -20,2 +20 @@ end\n x\n-y\n"));
    expect(rows).toEqual([
      { kind: "gap", lines: 2, section: "" },
      { kind: "line", line: { kind: "removed", text: "const port = 80;", before: 3 } },
      { kind: "line", line: { kind: "added", text: "const port = 8080;", after: 3 }, changed: [15, 17] },
      { kind: "gap", lines: 16, section: "end" },
      { kind: "line", line: { kind: "same", text: "x", before: 20, after: 20 } },
      { kind: "line", line: { kind: "removed", text: "y", before: 21 } },
    ]);
  });
});
