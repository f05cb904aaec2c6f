import { access, appendFile, chmod, mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gitOutcomeRepository } from "@dad/outcome-git";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { git, openPlaces, type Places, textFile } from "./places.ts";

const id = (name: string): RunId => RunId.parse(name);
let places: Places;

beforeEach(async () => {
  places = await openPlaces([textFile("a.txt", "a")]);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await places[Symbol.asyncDispose]();
});

const filesOf = async (commit: string): Promise<string[]> =>
  (await git(places.directory, "ls-tree", "-r", "--name-only", commit)).split("\n").filter(Boolean);

it("takes over the seed when it has changed, and only then", async () => {
  await using repository = gitOutcomeRepository(places);
  for (const name of ["run1", "run2"]) await (await repository.open(id(name)))[Symbol.asyncDispose]();
  expect(await git(places.directory, "rev-list", "--count", "main")).toBe("1\n");

  await writeFile(join(places.seed, "new.txt"), "new");
  await rm(join(places.seed, "a.txt"));
  await using run = await repository.open(id("run3"));
  expect(await readdir(String(run.directory))).toEqual(["new.txt"]);
  expect(await git(places.directory, "rev-list", "--count", "main")).toBe("2\n");
  expect(await filesOf("main")).toEqual(["new.txt"]);
});

it("takes regular files of the seed only, and none that it ignores", async () => {
  const { seed } = places;
  await writeFile(join(seed, ".gitignore"), "ignored/\n*.log\n");
  await mkdir(join(seed, "ignored"));
  for (const path of ["ignored/x", "b.log", "kept.md"]) await writeFile(join(seed, path), "x");
  await symlink("/etc/passwd", join(seed, "secrets"));
  await symlink("kept.md", join(seed, "also"));
  await using repository = gitOutcomeRepository(places);
  await using run = await repository.open(id("run1"));
  expect(await readdir(String(run.directory))).toEqual([".gitignore", "a.txt", "kept.md"]);
});

it("takes the files of a repository inside the seed, and leaves out itself", async () => {
  const { seed } = places;
  const inside = { ...places, directory: join(seed, "runs", "outcome"), workDirectory: join(seed, "runs", "[work]") };
  await writeFile(join(seed, ".gitignore"), "ignored\n");
  for (const nested of ["lib", "lib/deep", "empty"]) {
    await mkdir(join(seed, nested), { recursive: true });
    await git(join(seed, nested), "init", "--quiet");
  }
  for (const path of ["lib/x.txt", "lib/deep/y.txt", "lib/ignored"]) await writeFile(join(seed, path), "x");
  await using repository = gitOutcomeRepository(inside);
  for (const name of ["run1", "run2"]) await (await repository.open(id(name)))[Symbol.asyncDispose]();
  const files = await git(inside.directory, "ls-tree", "-r", "--name-only", "main");
  expect(files.split("\n").filter(Boolean)).toEqual([".gitignore", "a.txt", "lib/deep/y.txt", "lib/x.txt"]);
  expect(await git(inside.directory, "rev-list", "--count", "main")).toBe("1\n");
});

it("starts from a README when there is no seed", async () => {
  const { directory, workDirectory } = places;
  await using repository = gitOutcomeRepository({ directory, workDirectory });
  await using run = await repository.open(id("run1"));
  expect(await readdir(String(run.directory))).toEqual(["README.md"]);
});

it("commits without any settings, and heeds none of those that there are", async () => {
  const home = join(places.root, "home");
  await mkdir(home);
  await writeFile(join(home, ".gitconfig"), `[user]\n\tname = Somebody\n\temail = somebody@example.org\n[core]\n\texcludesFile = ${home}/ignore\n`);
  await writeFile(join(home, "ignore"), "*\n");
  for (const [name, value] of Object.entries({
    HOME: home,
    GIT_DIR: "/nonexistent",
    GIT_AUTHOR_NAME: "Somebody",
    GIT_CONFIG_GLOBAL: join(home, ".gitconfig"),
  }))
    vi.stubEnv(name, value);
  await using repository = gitOutcomeRepository(places);
  await using run = await repository.open(id("run1"));
  const { commit } = await run.commit({ subject: "x" });
  expect(await git(places.directory, "log", "-1", "--format=%an <%ae> %cn <%ce>", commit)).toBe("DAD <dad@localhost> DAD <dad@localhost>\n");
  expect(await filesOf(commit)).toEqual(["a.txt"]);
});

it.each(["ignoreStat=true", "sparseCheckout=true", "splitIndex=true"])(
  "sees what has changed whatever the repository is set to (core.%s)",
  async (setting) => {
    await using repository = gitOutcomeRepository(places);
    await repository.find(id("run0"));
    const [name = "", value = ""] = setting.split("=");
    await git(places.directory, "config", `core.${name}`, value);
    await writeFile(join(places.directory, "info", "sparse-checkout"), "/nothing\n");
    await using run = await repository.open(id("run1"));
    const place = join(String(run.directory), "a.txt");
    const { atime, mtime } = await stat(place);
    await writeFile(place, (await readFile(place, "utf8")).toUpperCase());
    await utimes(place, atime, mtime);
    const { commit } = await run.commit({ subject: "x" });
    expect(await git(places.directory, "show", `${commit}:a.txt`)).toBe(await readFile(place, "utf8"));
    expect((await readdir(places.directory)).filter((each) => each.startsWith("sharedindex"))).toEqual([]);
  },
);

it("commits in the name that it is given", async () => {
  await using repository = gitOutcomeRepository({ ...places, author: { name: "Ünï --x", email: "u@example.org" } });
  await using run = await repository.open(id("run1"));
  const { commit } = await run.commit({ subject: "x" });
  expect(await git(places.directory, "log", "-1", "--format=%an <%ae>", commit)).toBe("Ünï --x <u@example.org>\n");
});

it("says which git it needs when there is none or an old one", async () => {
  const old = join(places.root, "old git");
  await writeFile(old, "#!/bin/sh\necho git version 2.31.9\n");
  await chmod(old, 0o755);
  const tooOld = gitOutcomeRepository({ ...places, git: { program: old } });
  await expect(tooOld.open(id("run1"))).rejects.toMatchObject({
    code: "GIT_UNAVAILABLE",
    details: { program: old, found: "2.31.9", needed: "2.32.0" },
  });
  const missing = gitOutcomeRepository({ ...places, git: { path: places.root } });
  await expect(missing.find(id("run1"))).rejects.toMatchObject({ code: "GIT_UNAVAILABLE", details: { program: "git", needed: "2.32.0" } });
  await expect(access(places.directory)).rejects.toMatchObject({ code: "ENOENT" });
});

it("honours what the tree of a run ignores, also when the run says so", async () => {
  await using repository = gitOutcomeRepository(places);
  await using run = await repository.open(id("run1"));
  await run.write(textFile(".gitignore", "node_modules/\n"));
  await run.write(textFile("node_modules/x/index.js", "x"));
  const { commit } = await run.commit({ subject: "x" });
  expect(await filesOf(commit)).toEqual([".gitignore", "a.txt"]);
});

it("records what commands did to the working tree: new, changed, removed, replaced", async () => {
  await mkdir(join(places.seed, "dir"));
  for (const path of ["dir/x", "file", "same-size"]) await writeFile(join(places.seed, path), "1");
  await using repository = gitOutcomeRepository(places);
  await using run = await repository.open(id("run1"));
  const at = (path: string): string => join(String(run.directory), path);
  await rm(at("dir"), { recursive: true });
  await writeFile(at("dir"), "a file now");
  await rm(at("file"));
  await mkdir(at("file"));
  await writeFile(at("file/x"), "a directory now");
  await writeFile(at("same-size"), "2");
  await rm(at("a.txt"));
  const { commit } = await run.commit({ subject: "x" });
  expect((await repository.changes(commit)).map(({ path, kind }) => `${kind} ${path}`)).toEqual([
    "deleted a.txt",
    "added dir",
    "deleted dir/x",
    "deleted file",
    "added file/x",
    "modified same-size",
  ]);
});

it("keeps what was not committed when a run is closed, outside of its branch", async () => {
  await using repository = gitOutcomeRepository(places);
  const run = await repository.open(id("run1"));
  const { commit } = await run.commit({ subject: "x" });
  await run.write(textFile("late.txt", "late"));
  await symlink("/etc/passwd", join(String(run.directory), "link"));
  await run[Symbol.asyncDispose]();
  expect(await repository.find(id("run1"))).toMatchObject({ commit });
  expect(await filesOf(commit)).toEqual(["a.txt"]);
  expect(await filesOf("refs/dad/snapshots/run1")).toEqual(["a.txt", "late.txt", "link"]);
  expect(await readdir(places.workDirectory)).toEqual([]);
  expect(await readdir(join(places.directory, "indexes"))).toEqual([]);
});

it("makes no snapshot of a run in which everything is committed", async () => {
  await using repository = gitOutcomeRepository(places);
  const run = await repository.open(id("run1"));
  await run.write(textFile("b.txt", "b"));
  await run.commit({ subject: "x" });
  await run[Symbol.asyncDispose]();
  expect(await git(places.directory, "for-each-ref", "refs/dad/snapshots")).toBe("");
});

it("leaves a directory alone that has the name of the working tree", async () => {
  await mkdir(join(places.workDirectory, "run1"), { recursive: true });
  await writeFile(join(places.workDirectory, "run1", "mine"), "x");
  await using repository = gitOutcomeRepository(places);
  await expect(repository.open(id("run1"))).rejects.toMatchObject({ code: "OUTCOME_EXISTS" });
  expect(await readdir(join(places.workDirectory, "run1"))).toEqual(["mine"]);
  expect(await git(places.directory, "for-each-ref", "refs/heads/run", "refs/dad")).toBe("");
});

it("leaves a directory alone that is not a repository", async () => {
  await mkdir(places.directory, { recursive: true });
  await writeFile(join(places.directory, "mine"), "x");
  await using repository = gitOutcomeRepository(places);
  await expect(repository.open(id("run1"))).rejects.toMatchObject({ code: "OUTCOME_FAILED", details: { location: places.directory } });
  expect(await readdir(places.directory)).toEqual(["mine"]);
  expect(await readdir(join(places.directory, ".."))).toEqual(["project"]);
});

it.each(["directory", "workDirectory"])("keeps nobody waiting for ever when its %s cannot be made", async (which) => {
  await using repository = gitOutcomeRepository({ ...places, [which]: "/proc/x/y" });
  await expect(repository.find(id("run1"))).rejects.toMatchObject({ code: "OUTCOME_FAILED", message: expect.stringContaining("/proc/x") });
});

it("leaves nothing of a run whose opening was aborted", async () => {
  await using repository = gitOutcomeRepository(places);
  await repository.find(id("run1"));
  const controller = new AbortController();
  const opening = repository.open(id("run1"), { signal: controller.signal });
  controller.abort();
  await expect(opening).rejects.toMatchObject({ name: "AbortError" });
  await using run = await repository.open(id("run1"));
  expect(await readdir(String(run.directory))).toEqual(["a.txt"]);
});

it("refuses paths that are not absolute", () => {
  expect(() => gitOutcomeRepository({ ...places, directory: "runs/outcome" })).toThrow(TypeError);
  expect(() => gitOutcomeRepository({ ...places, seed: "--help" })).toThrow(TypeError);
});

it("tells of a repository that was damaged", async () => {
  await using repository = gitOutcomeRepository(places);
  await repository.find(id("run1"));
  await appendFile(join(places.directory, "config"), "[broken\n");
  await expect(repository.find(id("run1"))).rejects.toMatchObject({
    code: "OUTCOME_FAILED",
    cause: { message: expect.stringContaining("bad config") },
  });
});
