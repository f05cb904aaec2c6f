import { access } from "node:fs/promises";
import { RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { BASE, codesOf, file, readAgain } from "./starting-files.ts";
import type { Subject } from "./subject.ts";

const runId = RunId.parse("run1");
const other = RunId.parse("run2");

export function describeLife({ repository, reopen, messageOf }: Subject): void {
  describe("life", () => {
    it("closes a run, more than once, and takes its directory away", async () => {
      const run = await repository().open(runId);
      const ref = await run.commit({ subject: "kept" });
      await run[Symbol.asyncDispose]();
      await run[Symbol.asyncDispose]();
      const change = { from: run.start.commit, to: ref.commit };
      const calls = [() => run.write(file("a", "a")), () => run.read("README.md"), () => run.commit({ subject: "late" }), () => run.bring(change)];
      expect(await codesOf(calls)).toEqual(calls.map(() => "OUTCOME_CLOSED"));
      expect(await repository().find(runId)).toMatchObject(ref);
      const places = run.directory === undefined ? [] : [run.directory];
      expect(await codesOf(places.map((place) => () => access(place)))).toEqual(places.map(() => "ENOENT"));
    });

    it("closes the repository, more than once, with the runs that are open", async () => {
      const run = await repository().open(runId);
      await repository()[Symbol.asyncDispose]();
      await repository()[Symbol.asyncDispose]();
      const calls = [
        () => repository().open(other),
        () => repository().find(runId),
        () => repository().changes("0"),
        () => repository().patch("0"),
        () => run.commit({ subject: "late" }),
      ];
      expect(await codesOf(calls)).toEqual(calls.map(() => "OUTCOME_CLOSED"));
    });

    it("goes on with a run that was closed, from its branch", async () => {
      const first = await repository().open(runId);
      await first.write(file("kept.txt", "yes"));
      const { commit } = await first.commit({ subject: "first" });
      await first[Symbol.asyncDispose]();
      await using again = await repository().open(runId, { resume: true });
      expect(await readAgain(again, [...BASE, file("kept.txt", "yes")])).toEqual([...BASE, file("kept.txt", "yes")]);
      await again.write(file("more.txt", "too"));
      const second = await again.commit({ subject: "second" });
      expect(await repository().changes(second.commit)).toEqual([
        { path: "kept.txt", kind: "added" },
        { path: "more.txt", kind: "added" },
      ]);
      expect(await repository().changes(second.commit, { from: commit })).toEqual([{ path: "more.txt", kind: "added" }]);
    });

    it("goes on with what a run that was closed had not committed", async () => {
      const first = await repository().open(runId);
      await first.write(file("committed.txt", "yes"));
      await first.commit({ subject: "first" });
      await first.write(file("more.txt", "not yet"));
      await first[Symbol.asyncDispose]();
      await using again = await repository().open(runId, { resume: true });
      const all = [...BASE, file("committed.txt", "yes"), file("more.txt", "not yet")];
      expect(await readAgain(again, all)).toEqual(all);
      await again.commit({ subject: "second" });
      await again[Symbol.asyncDispose]();
      await using third = await repository().open(runId, { resume: true });
      expect(await readAgain(third, all)).toEqual(all);
    });

    it("makes what a run that is resumed had not come to make", async () => {
      await using run = await repository().open(runId, { resume: true });
      expect(await readAgain(run, BASE)).toEqual(BASE);
      const { commit } = await run.commit({ subject: "late, but there" });
      expect(await repository().find(runId)).toMatchObject({ commit });
    });

    it("does nothing when the signal is aborted", async () => {
      const signal = AbortSignal.abort();
      await using run = await repository().open(runId);
      const { commit } = await run.commit({ subject: "first" });
      for (const call of [
        () => run.commit({ subject: "second", signal }),
        () => repository().open(other, { signal }),
        () => repository().find(runId, { signal }),
        () => repository().changes(commit, { signal }),
        () => repository().patch(commit, { signal }),
        () => run.bring({ from: commit, to: commit }, { signal }),
      ]) {
        await expect(call()).rejects.toMatchObject({ name: "AbortError" });
      }
      expect(await repository().find(runId)).toMatchObject({ commit });
      await using _second = await repository().open(other);
    });

    it("shows its commits to whoever opens it again, if it claims to be durable", async () => {
      if (!repository().capabilities.durable) return;
      const run = await repository().open(runId);
      await run.write(file("kept.txt", "yes"));
      const ref = await run.commit({ subject: "durable" });

      await using again = await reopen();
      expect(await again.find(runId)).toMatchObject(ref);
      expect(await again.changes(ref.commit)).toEqual([{ path: "kept.txt", kind: "added" }]);
      await expect(again.open(runId)).rejects.toMatchObject({ code: "OUTCOME_EXISTS" });
      await using next = await again.open(other, { from: ref.commit });
      expect(await readAgain(next, [...BASE, file("kept.txt", "yes")])).toEqual([...BASE, file("kept.txt", "yes")]);
      expect(await messageOf(ref.commit)).toMatch(/^durable\n/);
    });
  });
}
