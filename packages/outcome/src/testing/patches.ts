import { RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import type { OutcomeFile } from "../outcome-repository.ts";
import { file } from "./starting-files.ts";
import type { Subject } from "./subject.ts";

const id = (name: string): RunId => RunId.parse(name);

/** Without what names contents: adapters may leave that out. */
const linesOf = (patch: string): string[] =>
  patch
    .trimEnd()
    .split("\n")
    .filter((line) => !line.startsWith("index "));

export function describePatches({ repository }: Subject): void {
  describe("patches", () => {
    const patchOf = async (...written: readonly OutcomeFile[]): Promise<string[]> => {
      await using run = await repository().open(id("run1"));
      for (const each of written) await run.write(each);
      return linesOf(await repository().patch((await run.commit({ subject: "x" })).commit));
    };

    it("shows what was added, modified and deleted, with some lines around it", async () => {
      const before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
      await using one = await repository().open(id("one"));
      for (const each of [file("long.txt", before), file("gone.txt", "gone\n")]) await one.write(each);
      const { commit: from } = await one.commit({ subject: "from" });
      await using two = await repository().open(id("two"));
      for (const each of [file("long.txt", before.replace("5", "five")), file("new.txt", "a\nb")]) await two.write(each);
      const { commit: to } = await two.commit({ subject: "to" });
      expect(linesOf(await repository().patch(to, { from }))).toEqual([
        "diff --git a/gone.txt b/gone.txt",
        "deleted file mode 100644",
        "--- a/gone.txt",
        "+++ /dev/null",
        "@@ -1 +0,0 @@",
        "-gone",
        "diff --git a/long.txt b/long.txt",
        "--- a/long.txt",
        "+++ b/long.txt",
        "@@ -2,7 +2,7 @@",
        " 2",
        " 3",
        " 4",
        "-5",
        "+five",
        " 6",
        " 7",
        " 8",
        "diff --git a/new.txt b/new.txt",
        "new file mode 100644",
        "--- /dev/null",
        "+++ b/new.txt",
        "@@ -0,0 +1,2 @@",
        "+a",
        "+b",
        "\\ No newline at end of file",
      ]);
    });

    it("shows modes, and files without content", async () => {
      expect(await patchOf(file("README.md", "# Base\n", true), file("bin/tool", "#!/bin/sh\n"), file("empty", "", true))).toEqual([
        "diff --git a/README.md b/README.md",
        "old mode 100644",
        "new mode 100755",
        "diff --git a/bin/tool b/bin/tool",
        "old mode 100755",
        "new mode 100644",
        "diff --git a/empty b/empty",
        "new file mode 100755",
      ]);
    });

    it("names files that are no text, and shows nothing of them", async () => {
      const bytes = Uint8Array.from([0, 1, 2]);
      expect(await patchOf(file("new.bin", bytes), file("src/deep/er/bytes.bin", bytes))).toEqual([
        "diff --git a/new.bin b/new.bin",
        "new file mode 100644",
        "Binary files /dev/null and b/new.bin differ",
        "diff --git a/src/deep/er/bytes.bin b/src/deep/er/bytes.bin",
        "Binary files a/src/deep/er/bytes.bin and b/src/deep/er/bytes.bin differ",
      ]);
    });

    it("keeps line ends, and writes names so that they are read as what they are", async () => {
      expect(await patchOf(file("README.md", "# Base\r\n"), file('a "b" ü', "ü\n"))).toEqual([
        "diff --git a/README.md b/README.md",
        "--- a/README.md",
        "+++ b/README.md",
        "@@ -1 +1 @@",
        "-# Base",
        "+# Base\r",
        String.raw`diff --git "a/a \"b\" ü" "b/a \"b\" ü"`,
        "new file mode 100644",
        "--- /dev/null",
        `${String.raw`+++ "b/a \"b\" ü"`}\t`,
        "@@ -0,0 +1 @@",
        "+ü",
      ]);
    });

    it("is empty when nothing changed, and begins at what the run started from", async () => {
      await using one = await repository().open(id("one"));
      await one.write(file("one.txt", "1"));
      const { commit } = await one.commit({ subject: "one" });
      await using two = await repository().open(id("two"), { from: commit });
      expect(await repository().patch((await two.commit({ subject: "nothing" })).commit)).toBe("");
      await two.write(file("two.txt", "2"));
      const last = await two.commit({ subject: "two" });
      expect(linesOf(await repository().patch(last.commit)).filter((line) => line.startsWith("+++"))).toEqual(["+++ b/two.txt"]);
    });
  });
}
