import { RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import type { OutcomeFile, OutcomeRepository, RunOutcome } from "../outcome-repository.ts";
import { BASE, file, readAgain } from "./starting-files.ts";
import type { Subject } from "./subject.ts";

const id = (name: string): RunId => RunId.parse(name);

/** Two commits of another run, the second of which differs from the first in each way that there is. */
async function earlierChange(repository: OutcomeRepository): Promise<{ readonly from: string; readonly to: string }> {
  await using earlier = await repository.open(id("earlier"));
  await earlier.write(file("kept.txt", "kept"));
  const { commit: from } = await earlier.commit({ subject: "from" });
  await using other = await repository.open(id("other"));
  for (const written of AFTER) await other.write(written);
  const { commit: to } = await other.commit({ subject: "to" });
  return { from, to };
}

/** `kept.txt` is none of them: it goes. */
const AFTER = [file("README.md", "# Changed\r\n"), file("bin/tool", "#!/bin/sh\n"), file("new/deep/file.txt", "new\r\n$Id$\n")];
const places = AFTER.map(({ path }) => file(path, ""));

export function describeBringing({ repository }: Subject): void {
  describe("bringing changes", () => {
    const startFrom = async (commit: string, ...written: readonly OutcomeFile[]): Promise<RunOutcome> => {
      const run = await repository().open(id("run1"), { from: commit });
      for (const each of written) await run.write(each);
      return run;
    };

    it("makes the files of one commit those of another", async () => {
      const change = await earlierChange(repository());
      await using run = await startFrom(change.from);
      await run.bring(change);
      expect(await readAgain(run, [...AFTER, file("kept.txt", "")])).toEqual([...AFTER, undefined]);
      const { commit } = await run.commit({ subject: "brought" });
      expect(await repository().changes(commit, { from: change.to })).toEqual([]);
      await run.bring({ from: change.to, to: change.from });
      expect((await run.commit({ subject: "and back" })).tree).toBe(run.start.tree);
    });

    it("leaves alone what else the run has changed, committed or not", async () => {
      const change = await earlierChange(repository());
      const own = [file("own.txt", "own"), file("new/own.txt", "own"), file("src/lines.txt", "own")];
      await using run = await startFrom(change.from, ...own);
      await run.commit({ subject: "own" });
      await run.write(file("late.txt", "late"));
      await run.bring(change);
      const all = [...AFTER, ...own, file("late.txt", "late")];
      expect(await readAgain(run, all)).toEqual(all);
      const { commit } = await run.commit({ subject: "brought" });
      expect((await repository().changes(commit, { from: change.to })).map(({ path }) => path)).toEqual([
        "late.txt",
        "new/own.txt",
        "own.txt",
        "src/lines.txt",
      ]);
    });

    it("takes what is as it is to be already for done", async () => {
      const change = await earlierChange(repository());
      await using run = await startFrom(change.from, ...AFTER.slice(1));
      await run.bring(change);
      await run.bring(change);
      expect(await readAgain(run, [...AFTER, file("kept.txt", "")])).toEqual([...AFTER, undefined]);
    });

    it.each([
      ["another content", file("README.md", "own"), "README.md"],
      ["another mode", file("README.md", "# Base\n", true), "README.md"],
      ["other content where a file goes", file("kept.txt", "own"), "kept.txt"],
      ["a file where one is to come", file("new/deep/file.txt", "own"), "new/deep/file.txt"],
      ["a file where a directory is to come", file("new/deep", "own"), "new/deep/file.txt"],
      ["a directory where a file is to come", file("new/deep/file.txt/x", "own"), "new/deep/file.txt"],
    ])("changes nothing at all when the run itself has %s", async (_what, own, path) => {
      const change = await earlierChange(repository());
      await using run = await startFrom(change.from, own);
      const before = await readAgain(run, [...BASE, ...places, file("kept.txt", ""), own]);
      await expect(run.bring(change)).rejects.toMatchObject({ code: "OUTCOME_CONFLICT", details: { paths: [path], ...change } });
      expect(await readAgain(run, [...BASE, ...places, file("kept.txt", ""), own])).toEqual(before);
      const { commit } = await run.commit({ subject: "own" });
      expect((await repository().changes(commit)).map((changed) => changed.path)).toEqual([own.path]);
    });

    it("puts a directory in the place of a file, and a file in the place of a directory", async () => {
      await using one = await repository().open(id("one"));
      for (const each of [file("a", "file"), file("b/c/d", "file")]) await one.write(each);
      const { commit: from } = await one.commit({ subject: "from" });
      await using two = await repository().open(id("two"));
      for (const each of [file("a/x/y", "file"), file("b", "file")]) await two.write(each);
      const { commit: to, tree } = await two.commit({ subject: "to" });
      await using run = await startFrom(from, file("own", "own"));
      await run.bring({ from, to });
      expect((await readAgain(run, [file("a/x/y", ""), file("b", ""), file("own", "")])).map((found) => found?.path)).toEqual(["a/x/y", "b", "own"]);
      await using plain = await repository().open(id("plain"), { from });
      await plain.bring({ from, to });
      expect((await plain.commit({ subject: "brought" })).tree).toBe(tree);
    });

    it("names the first fifty places that are in the way", async () => {
      const names = Array.from({ length: 60 }, (_, index) => `many/${String(index).padStart(2, "0")}`);
      await using other = await repository().open(id("other"));
      for (const path of names) await other.write(file(path, "other"));
      const { commit: to } = await other.commit({ subject: "to" });
      await using run = await repository().open(id("run1"));
      for (const path of names) await run.write(file(path, "own"));
      const bringing = run.bring({ from: run.start.commit, to });
      await expect(bringing).rejects.toMatchObject({ details: { paths: names.slice(0, 50) }, message: expect.stringContaining("57 more") });
    });

    it("takes turns with the commits of the run", async () => {
      const change = await earlierChange(repository());
      await using run = await startFrom(change.from);
      const [before, , after] = await Promise.all([
        run.commit({ subject: "before", onlyChanged: true }),
        run.bring(change),
        run.commit({ subject: "after", onlyChanged: true }),
      ]);
      expect(before).toEqual(run.start);
      expect(await repository().changes(after.commit, { from: change.to })).toEqual([]);
    });

    it("brings nothing to or from what is no commit", async () => {
      await using run = await repository().open(id("run1"));
      const { commit } = run.start;
      for (const unknown of ["0".repeat(40), "f".repeat(64), "main", "", commit.slice(0, 12), `${commit}^`, "--help", "a\nb"]) {
        await expect(run.bring({ from: commit, to: unknown })).rejects.toMatchObject({ code: "OUTCOME_COMMIT_UNKNOWN" });
        await expect(run.bring({ from: unknown, to: commit })).rejects.toMatchObject({ code: "OUTCOME_COMMIT_UNKNOWN" });
      }
      expect(await readAgain(run, BASE)).toEqual(BASE);
    });
  });
}
