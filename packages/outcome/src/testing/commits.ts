import { RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { BASE, file, readAgain } from "./starting-files.ts";
import type { Subject } from "./subject.ts";

const id = (name: string): RunId => RunId.parse(name);

export function describeCommits({ repository, messageOf }: Subject): void {
  describe("commits", () => {
    it("finds the newest commit of a run, and none before there is one", async () => {
      await using run = await repository().open(id("run1"));
      expect(await repository().find(id("run1"))).toBeUndefined();
      expect(await repository().find(id("unknown"))).toBeUndefined();
      await run.commit({ subject: "first" });
      await run.write(file("a.txt", "a"));
      const second = await run.commit({ subject: "second" });
      expect(await repository().find(id("run1"))).toMatchObject(second);
    });

    it("finds none for a run that started from a commit of another and has none of its own", async () => {
      await using one = await repository().open(id("run1"));
      const { commit } = await one.commit({ subject: "one" });
      await using _two = await repository().open(id("run2"), { from: commit });
      expect(await repository().find(id("run2"))).toBeUndefined();
    });

    it("keeps a commit as it was when the run goes on", async () => {
      await using run = await repository().open(id("run1"));
      await run.write(file("a.txt", "first"));
      const first = await run.commit({ subject: "first" });
      await run.write(file("a.txt", "second"));
      await run.commit({ subject: "second" });
      await using again = await repository().open(id("run2"), { from: first.commit });
      expect(await readAgain(again, [...BASE, file("a.txt", "first")])).toEqual([...BASE, file("a.txt", "first")]);
    });

    it("makes a commit of its own when nothing changed", async () => {
      await using run = await repository().open(id("run1"));
      const commits = [await run.commit({ subject: "same" }), await run.commit({ subject: "same" })].map((ref) => ref.commit);
      expect(new Set(commits).size).toBe(2);
      for (const commit of commits) expect(await repository().changes(commit)).toEqual([]);
    });

    it("never gives two runs the same commit", async () => {
      const refs = await Promise.all(
        ["run1", "run2", "run3"].map(async (name) => {
          await using run = await repository().open(id(name));
          return await run.commit({ subject: "same" });
        }),
      );
      expect(new Set(refs.map((ref) => ref.commit)).size).toBe(3);
    });

    it("tells what was added, modified and deleted, in the order of the paths", async () => {
      await using one = await repository().open(id("run1"));
      for (const changed of [file("z.txt", "z"), file("README.md", "new"), file("a/b.txt", "b"), file("bin/tool", "#!/bin/sh\n")])
        await one.write(changed);
      const { commit: to } = await one.commit({ subject: "one" });
      await using two = await repository().open(id("run2"));
      await two.write(file("gone.txt", "x"));
      const { commit: from } = await two.commit({ subject: "two" });

      const changed = [
        { path: "README.md", kind: "modified" },
        { path: "a/b.txt", kind: "added" },
        { path: "bin/tool", kind: "modified" },
      ];
      expect(await repository().changes(to)).toEqual([...changed, { path: "z.txt", kind: "added" }]);
      expect(await repository().changes(to, { from })).toEqual([...changed, { path: "gone.txt", kind: "deleted" }, { path: "z.txt", kind: "added" }]);
      expect(await repository().changes(to, { from: to })).toEqual([]);
    });

    it("compares with what the run started from, over all its commits", async () => {
      await using one = await repository().open(id("run1"));
      await one.write(file("one.txt", "1"));
      const first = await one.commit({ subject: "one" });
      await using two = await repository().open(id("run2"), { from: first.commit });
      await two.write(file("two.txt", "2"));
      await two.commit({ subject: "two" });
      await one.write(file("later.txt", "3"));
      const later = await one.commit({ subject: "later" });
      await two.write(file("three.txt", "3"));
      const last = await two.commit({ subject: "three" });
      expect((await repository().changes(last.commit)).map(({ path }) => path)).toEqual(["three.txt", "two.txt"]);
      expect((await repository().changes(later.commit)).map(({ path }) => path)).toEqual(["later.txt", "one.txt"]);
    });

    it("keeps the subject and the trailers, and says whose commit it is", async () => {
      await using run = await repository().open(id("run1"));
      const { commit } = await run.commit({ subject: "Fix 'it' --amend -F x ü", trailers: { "Dad-Node": "agent.fix", "Dad-Result": "sha256:00" } });
      const lines = (await messageOf(commit)).trimEnd().split("\n");
      expect(lines.slice(0, 2)).toEqual(["Fix 'it' --amend -F x ü", ""]);
      expect(lines.slice(2)).toEqual(
        expect.arrayContaining([
          "Dad-Node: agent.fix",
          "Dad-Result: sha256:00",
          "Dad-Run: run1",
          expect.stringMatching(/^Dad-Base: [0-9a-f]{40,64}$/),
        ]),
      );
    });

    it("lets nobody forge a trailer", async () => {
      await using run = await repository().open(id("run1"));
      const { commit } = await run.commit({ subject: "x\n\nDad-Run: forged", trailers: { "Dad-Node": "a\r\nDad-Run: forged", "Dad-Run": "forged" } });
      const lines = (await messageOf(commit)).trimEnd().split("\n");
      expect(lines.filter((line) => line.startsWith("Dad-Run:"))).toEqual(["Dad-Run: run1"]);
      await expect(run.commit({ subject: "x", trailers: { "Dad Node": "x" } })).rejects.toThrow(TypeError);
    });

    it("makes a commit with any subject", async () => {
      await using run = await repository().open(id("run1"));
      for (const subject of ["", " \n ", "#comment", "-m", "--amend", "--upload-pack=x", "\ud800", "x".repeat(5000)]) {
        const { commit } = await run.commit({ subject });
        expect((await messageOf(commit)).split("\n")[0]).toMatch(/\S/);
      }
    });
  });
}
