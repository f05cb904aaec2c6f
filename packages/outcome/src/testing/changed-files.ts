import { RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { file } from "./starting-files.ts";
import type { Subject } from "./subject.ts";

const id = (name: string): RunId => RunId.parse(name);

/** What a run started from, what names its files, and commits of changes only. */
export function describeChangedFiles({ repository, messageOf }: Subject): void {
  describe("changed files", () => {
    it("says what a run started from, also when it is resumed", async () => {
      await using one = await repository().open(id("run1"));
      await one.write(file("one.txt", "1"));
      const { commit, tree } = await one.commit({ subject: "one" });
      const two = await repository().open(id("run2"), { from: commit });
      const start = { branch: "run/run2", commit, tree };
      expect(two.start).toEqual(start);
      await two.write(file("two.txt", "2"));
      await two.commit({ subject: "two" });
      expect(two.start).toEqual(start);
      await two[Symbol.asyncDispose]();
      await using again = await repository().open(id("run2"), { resume: true });
      expect(again.start).toEqual(start);
    });

    it("says with each commit which one is before it on the branch", async () => {
      await using run = await repository().open(id("run1"));
      const first = await run.commit({ subject: "first" });
      expect(first.parent).toBe(run.start.commit);
      const second = await run.commit({ subject: "second" });
      expect(second.parent).toBe(first.commit);
      expect(await repository().find(id("run1"))).toEqual(second);
    });

    it("names equal files alike, whoever committed them, and others otherwise", async () => {
      await using one = await repository().open(id("run1"));
      await using two = await repository().open(id("run2"));
      const treeWith = async (run: typeof one, written: ReturnType<typeof file>): Promise<unknown> => {
        await run.write(written);
        return (await run.commit({ subject: `${run.runId} at work` })).tree;
      };
      expect((await one.commit({ subject: "nothing yet" })).tree).toBe(one.start.tree);
      expect(two.start.tree).toBe(one.start.tree);
      const tree = await treeWith(one, file("a.txt", "a"));
      expect(await treeWith(two, file("a.txt", "a"))).toBe(tree);
      const others = [
        await treeWith(one, file("a.txt", "b")),
        await treeWith(one, file("a.txt", "a", true)),
        await treeWith(two, file("b.txt", "a")),
      ];
      expect(new Set([tree, one.start.tree, ...others]).size).toBe(5);
    });

    it("makes no commit of changes only when nothing changed, and answers the last one", async () => {
      await using run = await repository().open(id("run1"));
      const onlyChanged = { subject: "changes", onlyChanged: true };
      expect(await run.commit(onlyChanged)).toEqual(run.start);
      expect(await repository().find(id("run1"))).toBeUndefined();
      const first = await run.commit({ subject: "first" });
      expect(await run.commit(onlyChanged)).toEqual(first);
      await run.write(file("a.txt", "a"));
      const second = await run.commit(onlyChanged);
      expect(second).toMatchObject({ parent: first.commit });
      expect(await messageOf(second.commit)).toMatch(/^changes\n/);
      expect([await run.commit(onlyChanged), await run.commit(onlyChanged)]).toEqual([second, second]);
      expect(await repository().find(id("run1"))).toEqual(second);
    });

    it("notices every kind of change", async () => {
      await using run = await repository().open(id("run1"));
      let { commit } = await run.commit({ subject: "first", onlyChanged: true });
      for (const written of [file("a", "1"), file("a", "2"), file("a", "2", true), file("README.md", "# Gone\n"), file("a", "2")]) {
        await run.write(written);
        const next = await run.commit({ subject: "next", onlyChanged: true });
        expect(next.parent).toBe(commit);
        ({ commit } = next);
      }
    });

    it("makes no commit of changes only when a run goes on from its branch as it was", async () => {
      const run = await repository().open(id("run1"));
      await run.write(file("a.txt", "a"));
      const last = await run.commit({ subject: "last" });
      await run[Symbol.asyncDispose]();
      const again = await repository().open(id("run1"), { resume: true });
      expect(await again.commit({ subject: "again", onlyChanged: true })).toEqual(last);
      await again.write(file("b.txt", "not committed"));
      await again[Symbol.asyncDispose]();
      await using third = await repository().open(id("run1"), { resume: true });
      expect(await third.commit({ subject: "third", onlyChanged: true })).toMatchObject({ parent: last.commit });
    });

    it("makes commits that are asked for at once one after the other", async () => {
      await using run = await repository().open(id("run1"));
      await run.write(file("a.txt", "a"));
      const refs = await Promise.all([1, 2, 3].map(async () => run.commit({ subject: "at once", onlyChanged: true })));
      expect(new Set(refs.map(({ commit }) => commit)).size).toBe(1);
      expect(refs[0]?.parent).toBe(run.start.commit);
    });
  });
}
