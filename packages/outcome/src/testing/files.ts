import { RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { codesOf, file, readAgain } from "./starting-files.ts";
import type { Subject } from "./subject.ts";

const runId = RunId.parse("run1");
const other = RunId.parse("run2");

/** Ways out of a working tree, into the settings of a repository, and names that mean something else on some system. */
const HOSTILE_PATHS = [
  "",
  ".",
  "..",
  "../x",
  "/abs",
  "a/../../b",
  "a/../b",
  "./a",
  "a//b",
  "a/",
  "a\\b",
  "C:x",
  ":(top)x",
  "a\0b",
  "a\nb",
  ".git",
  ".git/config",
  ".GIT/x",
  ".Git/hooks/pre-commit",
  "sub/.git/config",
  ".g\u200cit/config",
  ".git./x",
  ".git /x",
  ".git::$INDEX_ALLOCATION/x",
  "git~1/x",
  "GIT~2",
  "CON",
  "aux.txt",
  "trailing.",
  "\ud800",
  "x".repeat(300),
];

const ODD_PATHS = [
  "-rf",
  "--help",
  "*",
  "[a]",
  "!x",
  "#x",
  '"quoted"',
  "'",
  "a b",
  "git/x",
  ".gitignored",
  ".github/x.yml",
  ".gitmodules",
  "ü",
  "日本.txt",
  "$HOME",
  "a,b",
  "@{u}",
  "{a}",
];

export function describeFiles({ repository }: Subject): void {
  describe("files", () => {
    it("reads what was written, with its bytes and whether it may be executed", async () => {
      await using run = await repository().open(runId);
      for (const written of [file("a/b/c.bin", Uint8Array.from([0, 1, 255, 13, 10])), file("run.sh", "#!/bin/sh\n", true), file("empty", "")]) {
        await run.write(written);
        expect(await run.read(written.path)).toEqual(written);
      }
    });

    it("replaces a file, its bytes and its mode", async () => {
      await using run = await repository().open(runId);
      for (const written of [file("README.md", "much longer than before", true), file("README.md", "short")]) {
        await run.write(written);
        expect(await run.read("README.md")).toEqual(written);
      }
    });

    it("answers undefined for what is not a file", async () => {
      await using run = await repository().open(runId);
      for (const path of ["missing", "src", "src/missing/x", "README.md/x"]) expect(await run.read(path)).toBeUndefined();
    });

    it("keeps no hold on what it was given and gives no hold on what it has", async () => {
      await using run = await repository().open(runId);
      const given = file("a.txt", "abc");
      await run.write(given);
      given.content[0] = 0;
      const got = await run.read("a.txt");
      got?.content.fill(0);
      expect(await run.read("a.txt")).toEqual(file("a.txt", "abc"));
    });

    it("refuses every path that is not inside the working tree, or that leads into the settings of a repository", async () => {
      await using run = await repository().open(runId);
      const refused = HOSTILE_PATHS.map((path) => `${path}: OUTCOME_PATH_INVALID`);
      const codesFor = async (call: (path: string) => Promise<unknown>): Promise<string[]> =>
        (await codesOf(HOSTILE_PATHS.map((path) => () => call(path)))).map((code, index) => `${HOSTILE_PATHS[index]}: ${code}`);
      expect(await codesFor((path) => run.write(file(path, "planted")))).toEqual(refused);
      expect(await codesFor((path) => run.read(path))).toEqual(refused);
      const { commit } = await run.commit({ subject: "nothing" });
      expect(await repository().changes(commit)).toEqual([]);
    });

    it("takes every other path as it is, also when it looks like an option or a pattern", async () => {
      await using run = await repository().open(runId);
      for (const path of ODD_PATHS) await run.write(file(path, path));
      const { commit } = await run.commit({ subject: "named" });
      expect(await repository().changes(commit)).toEqual(ODD_PATHS.toSorted().map((path) => ({ path, kind: "added" })));
      await using next = await repository().open(other, { from: commit });
      const written = ODD_PATHS.map((path) => file(path, path));
      expect(await readAgain(next, written)).toEqual(written);
    });

    it("refuses to put a file where a directory is, or below a file", async () => {
      await using run = await repository().open(runId);
      await expect(run.write(file("src", "x"))).rejects.toMatchObject({ code: "OUTCOME_PATH_INVALID" });
      await expect(run.write(file("README.md/x", "x"))).rejects.toMatchObject({ code: "OUTCOME_PATH_INVALID" });
    });
  });
}
