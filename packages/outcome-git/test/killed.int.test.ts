import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { checkGitOutcomes, type GitOutcomes, gitOutcomeRepository, indexLitter, type OutcomeNeeds, workTreeLitter } from "@dad/outcome-git";
import { type OutcomeRef, RunId } from "@dad/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { allItems } from "./all-items.ts";
import { git, openPlaces, type Places, textFile } from "./places.ts";

const id = (name: string): RunId => RunId.parse(name);
let places: Places;
beforeEach(async () => {
  places = await openPlaces([textFile("a.txt", "a")]);
});
afterEach(() => places[Symbol.asyncDispose]());

/** A git of which the commands with this name are killed. */
async function gitKilledIn(command: string): Promise<NonNullable<GitOutcomes["git"]>> {
  const program = join(places.root, "git");
  await writeFile(program, `#!/bin/sh\ncase " $* " in *" ${command} "*) kill -9 $$ ;; esac\nexec git "$@"\n`);
  await chmod(program, 0o755);
  return { program, path: process.env["PATH"] };
}

async function commit(name: string): Promise<OutcomeRef> {
  await using repository = gitOutcomeRepository(places);
  await using run = await repository.open(id(name));
  await run.write(textFile("result.txt", `result of ${name}`));
  return await run.commit({ subject: name });
}

it.each(["fsck", "merge-base"])("takes a git %s that is killed for no answer", async (command) => {
  const [one, two] = [await commit("one"), await commit("two")];
  await git(places.directory, "update-ref", "refs/heads/run/one", two.commit);
  const outcomes = { repositories: [places.directory], workDirectory: places.workDirectory, git: await gitKilledIn(command) };
  const runs = [{ runId: id("one"), outcome: one, ended: true, uncertain: false }];
  const findings = checkGitOutcomes(outcomes, { runs, everything: true });
  await expect(allItems(findings)).rejects.toMatchObject({ code: "OUTCOME_FAILED", message: expect.stringContaining("ended by a signal") });
});

it("gives a run all its files back whose process was killed while it removed its working tree", async () => {
  const { directory, workDirectory, seed } = places;
  const options = JSON.stringify({ directory, workDirectory, seed });
  const closer = spawn(process.execPath, ["--conditions=@dad/source", join(import.meta.dirname, "closer.ts"), options, "closed"], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  expect(await once(closer, "exit")).toEqual([null, "SIGKILL"]);
  const left = await readdir(join(workDirectory, "closed")).catch(() => []);
  expect(left.length).toBeLessThan(102);

  await using repository = gitOutcomeRepository(places);
  await using run = await repository.open(id("closed"), { resume: true });
  expect(await readdir(String(run.directory))).toHaveLength(102);
  const { commit: late } = await run.commit({ subject: "late" });
  expect(await repository.changes(late, { from: (await repository.find(id("closed")))?.parent ?? "" })).toEqual([
    { path: "late.txt", kind: "added" },
  ]);
});

it("starts runs of a project that has changed, and keeps what another one left, in spite of locks that a killed git left", async () => {
  await commit("one");
  const repository = gitOutcomeRepository(places);
  const left = await repository.open(id("left"));
  await left.write(textFile("late.txt", "late"));
  await writeFile(join(places.seed, "a.txt"), "changed");
  await mkdir(join(places.directory, "refs/dad/snapshots"), { recursive: true });
  for (const lock of ["HEAD.lock", "refs/dad/snapshots/left.lock", "indexes/left.lock"]) await writeFile(join(places.directory, lock), "");

  const sweep = async () => {
    const needs: OutcomeNeeds = { byRun: () => undefined, byAge: () => undefined, whileNobodyWorks: async (_runId, work) => work() };
    const outcomes = { repositories: [places.directory], workDirectory: places.workDirectory };
    const [tree] = await allItems(workTreeLitter(outcomes, needs));
    return await tree?.around?.(async () => true);
  };
  // git waits ten seconds for a lock: once for all of them.
  const [swept, two, three] = await Promise.all([sweep(), ...["two", "three"].map((name) => repository.open(id(name)))]);
  expect(swept).toBe(true);
  expect(await git(places.directory, "show", "refs/dad/snapshots/left:late.txt")).toBe("late");
  for (const run of [two, three]) expect(await run?.read("a.txt")).toEqual(textFile("a.txt", "changed"));
  expect(await readdir(places.directory)).not.toContain("HEAD.lock");
});

it("takes no working tree away that it knows nothing of", async () => {
  await using elsewhere = gitOutcomeRepository({ ...places, directory: join(places.root, "elsewhere") });
  await using run = await elsewhere.open(id("one"));
  await run.write(textFile("work.txt", "work"));
  await using repository = gitOutcomeRepository(places);
  await expect(repository.open(id("one"), { resume: true })).rejects.toMatchObject({
    code: "OUTCOME_EXISTS",
    message: expect.stringContaining(`${run.directory}, of which ${places.directory} knows nothing`),
  });
  expect(await run.read("work.txt")).toEqual(textFile("work.txt", "work"));
});

it("leaves to the sweep by its age whatever git has not finished", async () => {
  const outcome = await commit("one");
  const left = [
    "HEAD.lock",
    "fast_import_crash_17",
    "objects/ab/tmp_obj_x",
    "objects/pack/tmp_pack_x",
    "packed-refs.lock",
    "refs/heads/run/one.lock",
  ];
  for (const path of left) await mkdir(dirname(join(places.directory, path)), { recursive: true });
  for (const path of left) await writeFile(join(places.directory, path), "");
  const outcomes = { repositories: [places.directory], workDirectory: places.workDirectory };
  const litterOf = async (byAge: OutcomeNeeds["byAge"]) =>
    await allItems(indexLitter(outcomes, { byRun: () => undefined, byAge, whileNobodyWorks: async (_runId, work) => work() }));
  const young = await litterOf(() => "it is young");
  expect(young.map(({ path, verdict }) => `${verdict} ${relative(places.directory, path)}`).toSorted()).toEqual(left.map((path) => `keep ${path}`));
  for (const { path, verdict } of await litterOf(() => undefined)) if (verdict === "collect") await rm(path);
  expect(await litterOf(() => undefined)).toEqual([]);
  await git(places.directory, "fsck", "--strict", "--full");
  expect(await git(places.directory, "rev-parse", "run/one")).toBe(`${outcome.commit}\n`);
});

/** How a git is killed, by what it was to do. The second is killed when it has all of the commit, and before it has answered. */
const KILLED: readonly (readonly [command: string, script: string])[] = [
  ["fast-import", "kill -9 $$"],
  ["fast-import", 'while read -r line; do [ "$line" != done ] || { : > "$0 is dead"; kill -9 $$; }; done'],
  ["update-index", "kill -9 $$"],
  ["update-index", ': > "$GIT_INDEX_FILE.lock"; kill -9 $$'],
  ["update-ref", "kill -9 $$"],
];

it.each(KILLED)("tells of a git %s that is killed, loses nothing, and goes on with the next: %s", async (command, script) => {
  await commit("one");
  const [program, killing] = [join(places.root, "git"), join(places.root, "killing")];
  const waits = script.includes("is dead") ? 'until [ -e "$0 is dead" ]; do :; done' : ":";
  const cases = `*" ${command} "*) ${script} ;; *" update-index "*) ${waits} ;;`;
  await writeFile(program, `#!/bin/sh\n[ -e '${killing}' ] && case " $* " in ${cases} esac\nexec git "$@"\n`, { mode: 0o755 });
  await using repository = gitOutcomeRepository({ ...places, git: { program, path: process.env["PATH"] } });
  await using run = await repository.open(id("two"));
  await run.write(textFile("b.txt", "b"));
  await writeFile(killing, "");
  await expect(run.commit({ subject: "killed" })).rejects.toMatchObject({ code: "OUTCOME_FAILED", message: expect.stringContaining(command) });
  await rm(killing);
  const { commit: made } = await run.commit({ subject: "next" });
  expect(await repository.changes(made)).toEqual([{ path: "b.txt", kind: "added" }]);
  expect((await readdir(join(places.directory, "indexes"))).toSorted()).toEqual(["two"]);
});

it("leaves nothing of a run that cannot start, also where a git that was killed has locked the refs that go", async () => {
  await commit("first");
  await mkdir(join(places.seed, ".dadinclude"));
  await using repository = gitOutcomeRepository(places);
  await writeFile(join(places.directory, "packed-refs.lock"), "");
  await expect(repository.open(id("one"))).rejects.toMatchObject({ code: "OUTCOME_INCLUDE_INVALID" });

  await rm(join(places.seed, ".dadinclude"), { recursive: true });
  await using run = await repository.open(id("one"));
  await expect(run.commit({ subject: "one" })).resolves.toMatchObject({ branch: "run/one" });
});
