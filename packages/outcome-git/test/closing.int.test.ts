import { access, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { OutcomeRepository, RunOutcome } from "@dad/outcome";
import { gitOutcomeRepository } from "@dad/outcome-git";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { git, openPlaces, type Places, textFile } from "./places.ts";

/** Nothing that git takes. */
const REFUSED = ".git ";

let places: Places;
let repository: OutcomeRepository;
beforeEach(async () => {
  places = await openPlaces([textFile("a.txt", "a")]);
  repository = gitOutcomeRepository(places);
});
afterEach(async () => places[Symbol.asyncDispose]());

async function openRun(name: string, { refused }: { readonly refused: boolean }): Promise<RunOutcome> {
  const run = await repository.open(RunId.parse(name));
  await run.write(textFile("work.txt", "work"));
  if (refused) await writeFile(join(String(run.directory), REFUSED), "x");
  return run;
}

const indexes = (): Promise<string[]> => readdir(join(places.directory, "indexes"));
const notKept = (run: RunOutcome): object => ({
  code: "OUTCOME_NOT_KEPT",
  message: expect.stringContaining(String(run.directory)),
  details: { runId: run.runId, location: run.directory },
});

it("leaves the working tree where it is when its content cannot be kept, and says so once", async () => {
  const run = await openRun("run1", { refused: true });
  await expect(run.commit({ subject: "x" })).rejects.toMatchObject({ code: "OUTCOME_PATH_INVALID", details: { path: REFUSED } });
  await expect(run[Symbol.asyncDispose]()).rejects.toMatchObject({ ...notKept(run), cause: { code: "OUTCOME_PATH_INVALID" } });
  expect((await readdir(String(run.directory))).sort()).toEqual([REFUSED, "a.txt", "work.txt"]);
  expect(await indexes()).toEqual([run.runId]);
  await run[Symbol.asyncDispose]();
  await repository[Symbol.asyncDispose]();
});

it("keeps what was not committed also when somebody has moved the branch since, and something else is kept", async () => {
  const run = await openRun("run1", { refused: false });
  await run[Symbol.asyncDispose]();
  const by = ["-c", "user.name=x", "-c", "user.email=x@x"];
  const moved = await git(places.directory, ...by, "commit-tree", "-p", "run/run1", "-m", "moved", "run/run1^{tree}");
  await git(places.directory, "update-ref", "refs/heads/run/run1", moved.trim());

  const resumed = await repository.open(run.runId, { resume: true });
  await resumed.write(textFile("other.txt", "other"));
  await resumed[Symbol.asyncDispose]();
  const snapshot = "refs/dad/snapshots/run1";
  expect(await git(places.directory, "show", `${snapshot}:other.txt`)).toBe("other");
  expect(await git(places.directory, "show", `${snapshot}^2:work.txt`)).toBe("work");
  expect(await git(places.directory, "rev-parse", `${snapshot}^`)).toBe(moved);
  await repository[Symbol.asyncDispose]();
});

it("has nothing to keep of a working tree that is gone", async () => {
  const run = await openRun("run1", { refused: false });
  const { commit } = await run.commit({ subject: "x" });
  await rm(String(run.directory), { recursive: true });
  await run[Symbol.asyncDispose]();
  expect(await indexes()).toEqual([]);
  expect(await git(places.directory, "for-each-ref", "refs/dad/snapshots")).toBe("");
  expect(await repository.find(run.runId)).toMatchObject({ commit });
  await repository[Symbol.asyncDispose]();
});

it("tells who closes a run, not the one who closes the repository at the same time", async () => {
  const run = await openRun("run1", { refused: true });
  const [own, all] = await Promise.allSettled([run[Symbol.asyncDispose](), repository[Symbol.asyncDispose]()]);
  expect(own).toMatchObject({ status: "rejected", reason: notKept(run) });
  expect(all).toMatchObject({ status: "fulfilled" });
  expect(await indexes()).toEqual([run.runId]);
});

it("tells the one who closes the repository of the run that it closes", async () => {
  const run = await openRun("run1", { refused: true });
  await expect(repository[Symbol.asyncDispose]()).rejects.toMatchObject(notKept(run));
  await run[Symbol.asyncDispose]();
  await repository[Symbol.asyncDispose]();
});

it("closes every run of a repository, and tells of all that could not be kept", async () => {
  const [one, two] = [await openRun("run1", { refused: true }), await openRun("run2", { refused: true })];
  const three = await openRun("run3", { refused: false });
  await expect(repository[Symbol.asyncDispose]()).rejects.toMatchObject({
    code: "OUTCOME_FAILED",
    message: expect.stringMatching(/close 2 runs.*work trees\/run1.*work trees\/run2/),
    cause: { errors: [notKept(one), notKept(two)] },
  });
  await expect(access(String(three.directory))).rejects.toMatchObject({ code: "ENOENT" });
  expect(await git(places.directory, "show", "refs/dad/snapshots/run3:work.txt")).toBe("work");
  expect(await indexes()).toEqual(["run1", "run2"]);
});
