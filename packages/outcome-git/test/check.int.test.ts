import { chmod, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Litter } from "@dad/disk";
import {
  checkGitOutcomes,
  type GitOutcomes,
  gitOutcomeRepository,
  indexLitter,
  type OutcomeNeeds,
  type RecordedRun,
  restoreBranch,
  workTreeLitter,
} from "@dad/outcome-git";
import { type Finding, type OutcomeRef, RunId } from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { allItems } from "./all-items.ts";
import { git, openPlaces, type Places, textFile } from "./places.ts";

const id = (name: string): RunId => RunId.parse(name);
let places: Places;
let outcomes: GitOutcomes;
beforeEach(async () => {
  places = await openPlaces([textFile("a.txt", "a")]);
  outcomes = { repositories: [places.directory], workDirectory: places.workDirectory };
});
afterEach(() => places[Symbol.asyncDispose]());

/** A run that committed a file with its name in it. */
async function commit(name: string): Promise<OutcomeRef> {
  await using repository = gitOutcomeRepository(places);
  await using run = await repository.open(id(name));
  await run.write(textFile("result.txt", `result of ${name}`));
  return await run.commit({ subject: name });
}

const recorded = (name: string, outcome: OutcomeRef | undefined, over: Partial<RecordedRun> = {}): RecordedRun => ({
  runId: id(name),
  outcome,
  ended: true,
  uncertain: false,
  ...over,
});

const brief = ({ code, severity, where }: Finding) => `${severity} ${code} ${where}`;
const check = (...runs: readonly RecordedRun[]) => allItems(checkGitOutcomes(outcomes, { runs, everything: true }));
const branchOf = (name: string) => `refs/heads/run/${name}`;

describe("checkGitOutcomes", () => {
  it("finds nothing where there are no outcomes, and nothing in those that are as recorded", async () => {
    expect(await allItems(checkGitOutcomes({ ...outcomes, repositories: [] }, { runs: [], everything: true }))).toEqual([]);
    expect(await check(recorded("one", await commit("one")), recorded("two", await commit("two")))).toEqual([]);
  });

  it("finds an outcome in whichever repository it is", async () => {
    const outcome = await commit("one");
    const other = { ...places, directory: join(dirname(places.directory), "other") };
    await using repository = gitOutcomeRepository(other);
    await repository.find(id("one"));
    outcomes = { ...outcomes, repositories: [other.directory, places.directory] };
    expect(await check(recorded("one", outcome))).toEqual([]);
  });

  it("tells of a branch that is gone, and makes it again", async () => {
    const outcome = await commit("one");
    await git(places.directory, "update-ref", "-d", branchOf("one"));
    const [finding] = await check(recorded("one", outcome));
    expect(finding).toMatchObject({ code: "OUTCOME_BRANCH_MISSING", severity: "warning", runId: "one", details: { repository: places.directory } });
    await restoreBranch(outcomes, places.directory, outcome);
    expect(await check(recorded("one", outcome))).toEqual([]);
    await expect(restoreBranch(outcomes, places.directory, outcome)).rejects.toMatchObject({ code: "OUTCOME_FAILED" });
    await expect(restoreBranch(outcomes, places.directory, { ...outcome, branch: "main" })).rejects.toBeInstanceOf(TypeError);
  });

  it("tells of an outcome that is in no repository", async () => {
    await commit("one");
    const lost = { branch: "run/two", commit: "1".repeat(40) };
    expect((await check(recorded("one", undefined), recorded("two", lost))).map(brief)).toEqual([`error OUTCOME_MISSING ${branchOf("two")}`]);
    expect(await check(recorded("one", undefined), recorded("two", lost, { uncertain: true }))).toEqual([]);
  });

  it("tells of a branch that was moved away from what is recorded, and only notes one that goes on from there", async () => {
    const [one, two] = [await commit("one"), await commit("two")];
    await git(places.directory, "update-ref", branchOf("one"), two.commit);
    expect((await check(recorded("one", one), recorded("two", two))).map(brief)).toEqual([`warning OUTCOME_DIFFERS ${branchOf("one")}`]);
    const tree = (await git(places.directory, "rev-parse", `${one.commit}^{tree}`)).trim();
    const next = (
      await git(places.directory, "-c", "user.name=x", "-c", "user.email=x@y", "commit-tree", "-p", one.commit, "-m", "more", tree)
    ).trim();
    await git(places.directory, "update-ref", branchOf("one"), next);
    expect((await check(recorded("one", one), recorded("two", two))).map(brief)).toEqual([`info OUTCOME_MOVED ${branchOf("one")}`]);
    // One that was killed between the commit and its entry.
    expect(await check(recorded("one", one, { ended: false }), recorded("two", two))).toEqual([]);
  });

  it("notes branches of runs that are not there", async () => {
    await commit("one");
    expect((await check()).map(brief)).toEqual([`info OUTCOME_BRANCH_UNKNOWN ${branchOf("one")}`]);
    expect(await allItems(checkGitOutcomes(outcomes, { runs: [], everything: false }))).toEqual([]);
  });

  it("names the object of which a bit is wrong, and where it belongs", async () => {
    const [one, two] = [await commit("one"), await commit("two")];
    const object = (await git(places.directory, "rev-parse", "run/one:result.txt")).trim();
    const file = join(places.directory, "objects", object.slice(0, 2), object.slice(2));
    const whole = await readFile(file);
    await chmod(file, 0o644);
    for (const at of [0, Math.floor(whole.length / 2), whole.length - 1]) {
      await writeFile(file, whole.with(at, whole[at]! ^ 4));
      const found = await check(recorded("one", one), recorded("two", two));
      expect(found.map(brief)).toEqual([`error GIT_OBJECT_DAMAGED ${places.directory}`]);
      expect(found[0]).toMatchObject({ details: { object }, what: expect.stringContaining(object) });
    }
    await rm(file);
    expect(await check(recorded("one", one), recorded("two", two))).toEqual([
      expect.objectContaining({ code: "GIT_OBJECT_MISSING", details: { object, place: expect.stringContaining("result.txt") } }),
    ]);
  });

  it("says that there is no git", async () => {
    await commit("one");
    await expect(allItems(checkGitOutcomes({ ...outcomes, git: { path: places.root } }, { runs: [], everything: true }))).rejects.toMatchObject({
      code: "GIT_UNAVAILABLE",
    });
  });
});

const needs = (over: Partial<OutcomeNeeds> = {}): OutcomeNeeds => ({
  byRun: () => undefined,
  byAge: () => undefined,
  whileNobodyWorks: async (_runId, work) => work(),
  ...over,
});
const verdicts = (litter: readonly Litter[]) => litter.map(({ what, verdict, reason }) => `${verdict} ${what}: ${reason}`);

describe("workTreeLitter", () => {
  it("takes the working trees that no run needs, and keeps their uncommitted work under a ref", async () => {
    const repository = gitOutcomeRepository(places);
    const run = await repository.open(id("left"));
    await run.write(textFile("work.txt", "nobody has this"));
    await mkdir(join(places.workDirectory, "Not a run"));
    const indexes = join(places.directory, "indexes");
    const before = await stat(join(indexes, "left"));
    const litter = await allItems(workTreeLitter(outcomes, needs()));
    expect(verdicts(litter)).toEqual(["keep Not a run: it is not the working tree of a run", "collect left: nobody works with it any more"]);
    expect(await litter[1]?.around?.(async () => true)).toBe(true);
    expect(await git(places.directory, "show", "refs/dad/snapshots/left:work.txt")).toBe("nobody has this");
    expect(await readdir(indexes)).toEqual(["left"]);
    expect((await stat(join(indexes, "left"))).ino).toBe(before.ino);
    await repository[Symbol.asyncDispose]();
  });

  it("leaves a working tree with something in it that cannot be kept, such as a secret, and keeps nothing of it", async () => {
    const repository = gitOutcomeRepository(places);
    await repository.open(id("left"));
    const root = join(places.workDirectory, "left");
    const taken = async (): Promise<boolean | undefined> => {
      const [tree] = await allItems(workTreeLitter({ ...outcomes, secrets: () => [{ name: "KEY", value: "very secret value" }] }, needs()));
      return await tree?.around?.(async () => true);
    };
    for (const [name, text] of [
      ["work.txt", "a very secret value"],
      [".git ", "x"],
    ] as const) {
      await writeFile(join(root, name), text);
      expect(await taken()).toBe(false);
      await rm(join(root, name));
    }
    expect(await git(places.directory, "for-each-ref", "refs/dad/snapshots")).toBe("");
    expect(await taken()).toBe(true);
    await repository[Symbol.asyncDispose]();
  });

  it("keeps what a run may need, and leaves alone what somebody works with", async () => {
    await mkdir(join(places.workDirectory, "gone"), { recursive: true });
    expect(verdicts(await allItems(workTreeLitter(outcomes, needs({ byRun: () => "the run can be resumed" }))))).toEqual([
      "keep gone: the run can be resumed",
    ]);
    const [tree] = await allItems(workTreeLitter(outcomes, needs({ whileNobodyWorks: async () => undefined })));
    expect(await tree?.around?.(() => Promise.reject(new Error("not reached")))).toBe(false);
  });

  it("takes a working tree of which no repository knows", async () => {
    await commit("one");
    await mkdir(join(places.workDirectory, "gone"));
    const [tree] = await allItems(workTreeLitter(outcomes, needs()));
    expect(await tree?.around?.(async () => true)).toBe(true);
  });
});

describe("indexLitter", () => {
  it("takes index files of runs that do not need them, and of seeds by their age", async () => {
    await commit("one");
    const seed = "seed-11111111-1111-1111-1111-111111111111";
    const unfinished = ".project-11111111-1111-1111-1111-111111111111";
    for (const name of ["done", "needed", "needed.lock", seed]) await writeFile(join(places.directory, "indexes", name), "");
    await mkdir(join(dirname(places.directory), unfinished));
    await utimes(join(places.directory, "indexes", seed), 0, 0);
    const byRun = (runId: RunId) => (runId === "needed" ? "it is needed" : undefined);
    const byAge = (mtimeMs: number) => (mtimeMs > 0 ? "it is young" : undefined);
    expect(verdicts(await allItems(indexLitter(outcomes, needs({ byRun, byAge }))))).toEqual([
      "collect done: nobody works with it any more",
      "keep needed: it is needed",
      "keep needed.lock: it is needed",
      `collect ${seed}: nobody works with it any more`,
      `keep ${unfinished}: it is young`,
    ]);
  });
});
