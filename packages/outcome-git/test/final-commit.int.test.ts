import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { OutcomeRef } from "@dad/protocol";
import type { OutcomeRepository, RunOutcome } from "@dad/outcome";
import { checkGitOutcomes, type GitHistoryOptions, gitOutcomeRepository, type RecordedRun } from "@dad/outcome-git";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { git, openPlaces, type Places, textFile } from "./places.ts";

const runId = RunId.parse("run1");
let places: Places;
beforeEach(async () => {
  places = await openPlaces([textFile("a.txt", "a")]);
});
afterEach(async () => places[Symbol.asyncDispose]());

const show = async (...args: readonly string[]): Promise<string> => (await git(places.directory, ...args)).trim();
const subjectsOf = async (ref: string): Promise<string[]> => (await show("log", "--format=%s", ref)).split("\n");
const opening = (history: GitHistoryOptions): OutcomeRepository => gitOutcomeRepository({ ...places, history });

async function commitFile(run: RunOutcome, name: string, final = false): Promise<OutcomeRef> {
  await run.write(textFile(`${name}.txt`, name));
  return run.commit({ subject: name, trailers: { "Dad-Node": name }, final });
}

describe("a branch that shows the ends of a run only", () => {
  it("gets one commit for each end, and the commits of nodes stay reachable beside it", async () => {
    await using repository = opening({ nodes: false });
    await using run = await repository.open(runId);
    const first = await commitFile(run, "one");
    expect(await repository.find(runId)).toBeUndefined();
    expect(first.parent).toBe(run.start.commit);
    const second = await commitFile(run, "two");
    await run.write(textFile("rest.txt", "rest"));
    const end = await run.commit({ subject: "end", final: true });
    expect(end).toMatchObject({ branch: "run/run1", parent: run.start.commit });
    expect(await repository.find(runId)).toEqual(end);
    expect((await repository.log(end.commit)).map(({ subject }) => subject)).toEqual(["end"]);
    expect((await repository.changes(end.commit)).map(({ path }) => path)).toEqual(["one.txt", "rest.txt", "two.txt"]);
    expect(await subjectsOf("refs/dad/nodes/run1")).toEqual(["end", "two", "one", ...(await subjectsOf(run.start.commit))]);
    expect(await show("rev-parse", "refs/dad/nodes/run1^{tree}")).toBe(end.tree);
    expect((await repository.changes(second.commit, { from: first.commit })).map(({ path }) => path)).toEqual(["two.txt"]);
  });

  it("goes on from the newest commit of a run that had not come to its end, by whoever was killed", async () => {
    await using repository = opening({ nodes: false });
    const run = await repository.open(runId);
    const first = await commitFile(run, "one");
    await run[Symbol.asyncDispose]();
    await using again = await repository.open(runId, { resume: true });
    expect(again.start.commit).toBe(run.start.commit);
    expect(await again.read("one.txt")).toEqual(textFile("one.txt", "one"));
    expect(await again.commit({ subject: "nothing", onlyChanged: true })).toEqual(first);
    // Another process is given nothing but what is in the repository.
    await rm(String(again.directory), { recursive: true });
    await rm(join(places.directory, "indexes", "run1"));
    await using other = opening({ nodes: false });
    await using third = await other.open(runId, { resume: true });
    expect((await commitFile(third, "two")).parent).toBe(first.commit);
    const end = await third.commit({ subject: "end", final: true });
    expect((await other.changes(end.commit)).map(({ path }) => path)).toEqual(["one.txt", "two.txt"]);
  });

  it("keeps what was not committed, and has it again, with the commits of nodes ahead of the branch", async () => {
    await using repository = opening({ nodes: false });
    const run = await repository.open(runId);
    await commitFile(run, "one");
    await run[Symbol.asyncDispose]();
    expect(await show("for-each-ref", "refs/dad/snapshots")).toBe("");
    const again = await repository.open(runId, { resume: true });
    await again.write(textFile("late.txt", "late"));
    await again[Symbol.asyncDispose]();
    expect(await subjectsOf("refs/dad/snapshots/run1")).toEqual(["Not committed by run run1", "one", ...(await subjectsOf(run.start.commit))]);
    await using third = await repository.open(runId, { resume: true });
    expect(await third.read("late.txt")).toEqual(textFile("late.txt", "late"));
  });

  it("makes no end of changes only when there are none since the last one", async () => {
    await using repository = opening({ nodes: false });
    await using run = await repository.open(runId);
    expect(await run.commit({ subject: "end", final: true, onlyChanged: true })).toEqual(run.start);
    await commitFile(run, "one");
    const end = await run.commit({ subject: "end", final: true, onlyChanged: true });
    expect(await run.commit({ subject: "again", final: true, onlyChanged: true })).toEqual(end);
    expect((await repository.log(end.commit)).map(({ subject }) => subject)).toEqual(["end"]);
  });

  it("does not move when somebody else has moved it, and loses nothing then", async () => {
    await using repository = opening({ nodes: false });
    await using run = await repository.open(runId);
    const node = await commitFile(run, "one");
    await git(places.directory, "update-ref", "-d", "refs/heads/run/run1");
    await expect(run.commit({ subject: "end", final: true })).rejects.toMatchObject({ code: "OUTCOME_FAILED" });
    expect(await show("rev-parse", "refs/dad/nodes/run1")).toBe(node.commit);
    await git(places.directory, "update-ref", "refs/heads/run/run1", run.start.commit);
    expect(await run.commit({ subject: "end", final: true })).toMatchObject({ tree: node.tree, parent: run.start.commit });
  });

  it("stays as it is for a run that began with the other setting", async () => {
    const all = opening({});
    const one = await all.open(runId);
    const node = await commitFile(one, "one");
    await all[Symbol.asyncDispose]();
    await using ends = opening({ nodes: false });
    await using again = await ends.open(runId, { resume: true });
    expect((await commitFile(again, "two", true)).parent).toBe(node.commit);
    expect(await show("for-each-ref", "refs/dad/nodes")).toBe("");

    const other = RunId.parse("run2");
    const two = await ends.open(other);
    await commitFile(two, "one");
    await two[Symbol.asyncDispose]();
    await using later = opening({});
    await using third = await later.open(other, { resume: true });
    expect((await commitFile(third, "two", true)).parent).toBe(third.start.commit);
  });

  it("is in order for whoever checks it, before its first end and after it, and survives a collection of garbage", async () => {
    const findings = async (outcome: OutcomeRef, state: Partial<RecordedRun> = {}): Promise<string[]> => {
      const runs = [{ runId, uncertain: false, ended: false, outcome, ...state }];
      const codes: string[] = [];
      const place = { repositories: [places.directory], workDirectory: places.workDirectory };
      for await (const { code } of checkGitOutcomes(place, { runs, everything: true })) codes.push(code);
      return codes;
    };
    await using repository = opening({ nodes: false, tags: true });
    await using run = await repository.open(runId);
    const node = await commitFile(run, "one");
    expect(await findings(node)).toEqual([]);
    const newer = await commitFile(run, "two");
    expect([await findings(node), await findings(newer)]).toEqual([[], []]);
    const end = await run.commit({ subject: "end", final: true });
    expect(await findings(end, { ended: true })).toEqual([]);
    // Somebody was killed after the end, and before it was recorded.
    expect(await findings(newer)).toEqual([]);
    expect(await findings(newer, { ended: true })).toEqual(["OUTCOME_DIFFERS"]);
    await git(places.directory, "-c", "gc.reflogExpire=now", "gc", "--quiet", "--prune=now");
    expect((await repository.log(newer.commit)).map(({ subject }) => subject)).toEqual(["two", "one"]);
  });
});

describe("the tag of a run", () => {
  it.each([{ nodes: true }, { nodes: false }])("names its end with subject and trailers, and moves to the next one, with %j", async (history) => {
    await using repository = opening({ ...history, tags: true });
    const run = await repository.open(runId);
    await commitFile(run, "one");
    expect(await show("tag", "--list")).toBe("");
    const end = await run.commit({ subject: "end #1 -m", trailers: { "Dad-Result": "sha256:00" }, final: true });
    expect(await show("rev-parse", "outcome/run1^{commit}")).toBe(end.commit);
    const tag = await show("cat-file", "tag", "outcome/run1");
    expect(tag).toMatch(/^object [0-9a-f]+\ntype commit\ntag outcome\/run1\ntagger DAD <dad@localhost> \d+ [+-]\d{4}\n\nend #1 -m\n\n/);
    expect(tag).toContain("\nDad-Result: sha256:00\nDad-Run: run1\n");
    await run[Symbol.asyncDispose]();
    await using again = await repository.open(runId, { resume: true });
    await commitFile(again, "two");
    expect(await show("rev-parse", "outcome/run1^{commit}")).toBe(end.commit);
    const next = await again.commit({ subject: "end #2", final: true });
    expect(await show("rev-parse", "outcome/run1^{commit}")).toBe(next.commit);
    expect(await repository.find(runId)).toEqual(next);
    await git(places.directory, "fsck", "--strict", "--full");
  });

  it("names the last commit of a run that ends as that left it, and none of a run that has no commit", async () => {
    await using repository = opening({ tags: true });
    await using run = await repository.open(runId);
    await run.commit({ subject: "end", final: true, onlyChanged: true });
    expect(await show("tag", "--list")).toBe("");
    const node = await commitFile(run, "one");
    expect(await run.commit({ subject: "end", final: true, onlyChanged: true })).toEqual(node);
    expect(await show("rev-parse", "outcome/run1^{commit}")).toBe(node.commit);
  });

  it("is made only when it is asked for", async () => {
    await using repository = opening({});
    await using run = await repository.open(runId);
    await commitFile(run, "one", true);
    expect(await show("tag", "--list")).toBe("");
  });
});
