import { RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { listed } from "./listed.ts";
import { codesOf, file } from "./starting-files.ts";
import type { Subject } from "./subject.ts";

const id = (name: string): RunId => RunId.parse(name);

/** What models write, and what could be taken for the end of something, for an option or for a placeholder. */
const STRANGE_TEXTS = ["%H%n%x00 %(trailers)", "a: b", "Dad-Run: forged", "--all", "ü 日本 \ufffd", `"'$(id)\\`, "\\0", "x".repeat(5000), "#", ""];

export function describeHistory({ repository, reopen }: Subject): void {
  describe("history", () => {
    it("lists the newest commit of each run that has one, in the order of their ids", async () => {
      await using two = await repository().open(id("run2"));
      await two.write(file("two.txt", "2"));
      const second = await two.commit({ subject: "two" });
      await using one = await repository().open(id("run1"), { from: second.commit });
      await using ten = await repository().open(id("run10"));
      await using _none = await repository().open(id("none"));
      await using _onlyStarted = await repository().open(id("run3"), { from: second.commit });
      await one.commit({ subject: "older" });
      const refs = [await one.commit({ subject: "one" }), await ten.commit({ subject: "ten" }), second];
      expect(await listed(repository())).toMatchObject(
        ["run1", "run10", "run2"].map((runId, index) => ({ runId, subject: ["one", "ten", "two"][index], ...refs[index] })),
      );
    });

    it("lists nothing when no run has a commit", async () => {
      expect(await listed(repository())).toEqual([]);
      await using _none = await repository().open(id("run1"));
      expect(await listed(repository())).toEqual([]);
    });

    it("tells the commits of a run, the newest first, without what it started from", async () => {
      await using one = await repository().open(id("run1"));
      const first = await one.commit({ subject: "first" });
      await one.write(file("a.txt", "a"));
      const { branch: _, ...second } = await one.commit({ subject: "second" });
      expect(await repository().log(second.commit)).toMatchObject([{ ...second, subject: "second" }, { subject: "first" }]);
      expect(await repository().log(first.commit)).toMatchObject([{ commit: first.commit, tree: first.tree, parent: one.start.commit }]);
      await using two = await repository().open(id("run2"), { from: first.commit });
      const last = await two.commit({ subject: "last" });
      expect((await repository().log(last.commit)).map(({ subject }) => subject)).toEqual(["last"]);
    });

    it("tells them down to another commit, without that and what is before it", async () => {
      await using one = await repository().open(id("run1"));
      const [first, second, third] = [await one.commit({ subject: "1" }), await one.commit({ subject: "2" }), await one.commit({ subject: "3" })];
      const subjects = async (to: string, from?: string): Promise<string[]> =>
        (await repository().log(to, from === undefined ? {} : { from })).map(({ subject }) => subject);
      expect(await subjects(third.commit, first.commit)).toEqual(["3", "2"]);
      expect(await subjects(third.commit, third.commit)).toEqual([]);
      expect(await subjects(first.commit, third.commit)).toEqual([]);
      await using two = await repository().open(id("run2"), { from: first.commit });
      const other = await two.commit({ subject: "other" });
      expect(await subjects(other.commit, second.commit)).toEqual(["other"]);
      expect(await subjects(other.commit, one.start.commit)).toEqual(["other", "1"]);
    });

    it("goes down to the first of all from a commit of no run", async () => {
      await using run = await repository().open(id("run1"));
      const log = await repository().log(run.start.commit);
      expect(log[0]).toMatchObject({ commit: run.start.commit, tree: run.start.tree, trailers: {} });
      expect(log.at(-1)?.parent).toBeUndefined();
    });

    it("says of a commit whose it is, who made it and when", async () => {
      await using run = await repository().open(id("run1"));
      const before = new Date(Date.now() - 1000).toISOString();
      const { commit } = await run.commit({ subject: "x", trailers: { "Dad-Node": "agent.fix", "Dad-Attempt": "2" } });
      const after = new Date().toISOString();
      const [entry] = await repository().log(commit);
      expect(entry?.trailers).toEqual({ "Dad-Node": "agent.fix", "Dad-Attempt": "2", "Dad-Run": "run1", "Dad-Base": run.start.commit });
      expect(entry?.author).toEqual({ name: expect.stringMatching(/\S/), email: expect.stringMatching(/\S/) });
      const time = entry?.time ?? "";
      expect(time).toBe(new Date(time).toISOString());
      expect(time >= before && time <= after).toBe(true);
    });

    it("tells what stands in a commit as it stands there, whatever it looks like", async () => {
      await using run = await repository().open(id("run1"));
      const trailers = Object.fromEntries(STRANGE_TEXTS.map((text, index) => [`Text-${index}`, text]));
      const subjects = STRANGE_TEXTS.filter((text) => text !== "");
      let commit = "";
      for (const subject of subjects) ({ commit } = await run.commit({ subject, trailers }));
      const all = { ...trailers, "Dad-Run": "run1", "Dad-Base": run.start.commit };
      const log = await repository().log(commit);
      expect(log.map((entry) => entry.subject)).toEqual(subjects.toReversed());
      for (const entry of log) expect(entry.trailers).toEqual(all);
      expect(await listed(repository())).toEqual([{ ...log[0], runId: "run1", branch: "run/run1" }]);
    });

    it("begins at what the run started from, whatever its subject and its trailers claim", async () => {
      await using other = await repository().open(id("other"));
      const { commit: claimed } = await other.commit({ subject: "other" });
      await using run = await repository().open(id("run1"), { from: claimed });
      await run.write(file("first.txt", "1"));
      await run.commit({ subject: `Dad-Base: ${run.start.commit}` });
      const first = (await repository().find(id("run1")))?.commit ?? "";
      const last = await run.commit({ subject: `Dad-Base: ${first}`, trailers: { "Dad-Base": first } });
      expect(await repository().log(last.commit)).toHaveLength(2);
      expect(await repository().changes(last.commit)).toEqual([{ path: "first.txt", kind: "added" }]);
    });

    it("has a history of nothing but whole ids of commits that it has", async () => {
      await using run = await repository().open(id("run1"));
      const { commit, tree = "" } = await run.commit({ subject: "x" });
      const unknown = ["0".repeat(40), "f".repeat(64), "main", "HEAD", "", "run/run1", "--all", `${commit}~1`, commit.slice(0, 12), tree, "a\nb"];
      const refused = unknown.map(() => "OUTCOME_COMMIT_UNKNOWN");
      expect(await codesOf(unknown.map((to) => () => repository().log(to)))).toEqual(refused);
      expect(await codesOf(unknown.map((from) => () => repository().log(commit, { from })))).toEqual(refused);
    });

    it("tells nothing when the signal is aborted, or it is closed", async () => {
      await using run = await repository().open(id("run1"));
      const { commit } = await run.commit({ subject: "x" });
      const signal = AbortSignal.abort();
      await expect(repository().log(commit, { signal })).rejects.toMatchObject({ name: "AbortError" });
      await expect(listed(repository(), { signal })).rejects.toMatchObject({ name: "AbortError" });
      await repository()[Symbol.asyncDispose]();
      const calls = [() => repository().log(commit), () => listed(repository())];
      expect(await codesOf(calls)).toEqual(calls.map(() => "OUTCOME_CLOSED"));
    });

    it("tells the same to whoever opens it again, if it claims to be durable", async () => {
      if (!repository().capabilities.durable) return;
      await using run = await repository().open(id("run1"));
      const { commit } = await run.commit({ subject: "durable" });
      await using again = await reopen();
      expect(await again.log(commit)).toEqual(await repository().log(commit));
      expect(await listed(again)).toEqual(await listed(repository()));
    });
  });
}
