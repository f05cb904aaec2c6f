import { RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { listed } from "./listed.ts";
import { BASE, file, readAgain } from "./starting-files.ts";
import type { Subject } from "./subject.ts";

const id = (name: string): RunId => RunId.parse(name);

/** Whatever an adapter does when a run ends, and however many commits its branch then shows. */
export function describeFinalCommits({ repository, reopen, messageOf }: Subject): void {
  describe("final commits", () => {
    it("ends a run with a commit of all its files, that its branch is at", async () => {
      await using run = await repository().open(id("run1"));
      await run.write(file("a.txt", "a"));
      await run.commit({ subject: "node" });
      await run.write(file("b.txt", "b"));
      const final = await run.commit({ subject: "end", trailers: { "Dad-Result": "sha256:00" }, final: true });
      expect(final.branch).toBe("run/run1");
      expect(await repository().find(id("run1"))).toEqual(final);
      expect((await messageOf(final.commit)).split("\n")).toEqual(expect.arrayContaining(["end", "Dad-Result: sha256:00", "Dad-Run: run1"]));
      expect((await repository().changes(final.commit)).map(({ path }) => path)).toEqual(["a.txt", "b.txt"]);
      expect(await listed(repository())).toMatchObject([{ runId: "run1", commit: final.commit, subject: "end" }]);
    });

    it("makes a commit of its own for every end, also when nothing has changed", async () => {
      await using run = await repository().open(id("run1"));
      const first = await run.commit({ subject: "end", final: true });
      const second = await run.commit({ subject: "end", final: true });
      expect(first.parent).toBe(run.start.commit);
      expect(second).toMatchObject({ parent: first.commit, tree: first.tree });
      expect(await repository().find(id("run1"))).toEqual(second);
    });

    it("goes on with a run that had ended, and ends it again", async () => {
      const first = await repository().open(id("run1"));
      await first.write(file("a.txt", "a"));
      await first.commit({ subject: "node" });
      const end = await first.commit({ subject: "end", final: true });
      await first[Symbol.asyncDispose]();
      await using again = await repository().open(id("run1"), { resume: true });
      const all = [...BASE, file("a.txt", "a")];
      expect(await readAgain(again, all)).toEqual(all);
      expect(await again.commit({ subject: "nothing", onlyChanged: true })).toMatchObject({ tree: end.tree });
      await again.write(file("b.txt", "b"));
      await again.commit({ subject: "more" });
      const last = await again.commit({ subject: "end again", final: true });
      expect((await repository().changes(last.commit)).map(({ path }) => path)).toEqual(["a.txt", "b.txt"]);
      expect((await repository().changes(last.commit, { from: end.commit })).map(({ path }) => path)).toEqual(["b.txt"]);
      const log = await repository().log(last.commit);
      expect(log.map(({ subject }) => subject).filter((subject) => subject.startsWith("end"))).toEqual(["end again", "end"]);
    });

    it("loses nothing of what a run did that was closed before it came to its end", async () => {
      const first = await repository().open(id("run1"));
      await first.write(file("committed.txt", "yes"));
      await first.commit({ subject: "node" });
      await first.write(file("late.txt", "not yet"));
      await first[Symbol.asyncDispose]();
      await using next = repository().capabilities.durable ? await reopen() : repository();
      await using again = await next.open(id("run1"), { resume: true });
      const all = [file("committed.txt", "yes"), file("late.txt", "not yet")];
      expect(await readAgain(again, all)).toEqual(all);
      const { commit } = await again.commit({ subject: "end", final: true });
      expect((await next.changes(commit)).map(({ path }) => path)).toEqual(["committed.txt", "late.txt"]);
    });

    it("lets another run start from how one ended", async () => {
      await using one = await repository().open(id("run1"));
      await one.write(file("a.txt", "a"));
      const end = await one.commit({ subject: "end", final: true });
      await using two = await repository().open(id("run2"), { from: end.commit });
      expect(two.start).toMatchObject({ commit: end.commit, tree: end.tree });
      expect(await readAgain(two, [file("a.txt", "a")])).toEqual([file("a.txt", "a")]);
    });
  });
}
