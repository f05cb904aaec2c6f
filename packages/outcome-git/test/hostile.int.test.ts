import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { gitOutcomeRepository } from "@dad/outcome-git";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { git, openPlaces, type Places, textFile } from "./places.ts";
import { plant, type Planted } from "./planted.ts";

const runId = RunId.parse("run1");
let places: Places;
let marker: string;
let planted: Planted;

beforeEach(async () => {
  places = await openPlaces([
    textFile("a.txt", "a\r\n"),
    textFile(".gitattributes", "* filter=planted text=auto eol=crlf diff=planted merge=planted\n"),
  ]);
  planted = await plant(places.root);
  ({ marker } = planted);
});
afterEach(async () => places[Symbol.asyncDispose]());

it("starts no filter, hook, monitor or driver that was planted in the repository", async () => {
  await using repository = gitOutcomeRepository(places);
  await (await repository.open(RunId.parse("run0")))[Symbol.asyncDispose]();
  await planted.plantIn(places.directory);

  // The control: plain git is led by them, with the hooks alone and with the settings alone.
  const control = join(places.root, "control");
  await cp(places.directory, control, { recursive: true });
  await git(control, "update-ref", "refs/heads/x", "main");
  expect(await planted.executed()).toBe(true);
  await rm(marker);
  await rm(join(control, "hooks"), { recursive: true });
  await rm(join(control, "info"), { recursive: true });
  await git(places.seed, `--git-dir=${control}`, `--work-tree=${places.seed}`, "add", "--all").catch(() => undefined);
  expect(await planted.executed()).toBe(true);
  await rm(marker);

  await using run = await repository.open(runId);
  await run.write(textFile("b.txt", "b\r\n"));
  const { commit } = await run.commit({ subject: "x" });
  expect(await repository.changes(commit)).toEqual([{ path: "b.txt", kind: "added" }]);
  expect(await repository.patch(commit)).toContain("\n+b\r\n");
  await run.write(textFile("a.txt", "own"));
  await run.bring({ from: commit, to: run.start.commit });
  expect(await run.read("b.txt")).toBeUndefined();
  await run.bring({ from: run.start.commit, to: commit });
  expect(await run.read("b.txt")).toEqual(textFile("b.txt", "b\r\n"));
  await run.write(textFile("c.txt", "c"));
  await run[Symbol.asyncDispose]();
  expect(await planted.executed()).toBe(false);
  await rm(join(places.directory, "hooks"), { recursive: true });
  expect(await git(places.directory, "cat-file", "blob", `${commit}:b.txt`)).toBe("b\r\n");
});

it("keeps bytes as they are, whatever a tree gives the names of attributes", async () => {
  await using repository = gitOutcomeRepository(places);
  await using run = await repository.open(runId);
  const text = "$Id$\nline\n";
  await run.write(textFile(".gitattributes", "[attr]merge ident text eol=crlf filter=planted\n"));
  await run.write(textFile("x.txt", text));
  const { commit } = await run.commit({ subject: "x" });
  await repository.checkout(commit, join(places.root, "out"));
  expect(await readFile(join(places.root, "out", "x.txt"), "utf8")).toBe(text);
  await using next = await repository.open(RunId.parse("run2"), { from: commit });
  expect(await next.read("x.txt")).toEqual(textFile("x.txt", text));
});

it("takes the files of a repository that was planted in the working tree, and is not led by it", async () => {
  await using repository = gitOutcomeRepository(places);
  await using run = await repository.open(runId);
  const root = String(run.directory);
  for (const nested of [root, join(root, "sub"), join(root, "sub", "sub")]) {
    await mkdir(nested, { recursive: true });
    await git(nested, "init", "--quiet");
    await writeFile(join(nested, "file.txt"), nested);
    await git(nested, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "--quiet", "--allow-empty", "--message", "x");
    await planted.plantIn(join(nested, ".git"));
  }
  await writeFile(join(root, "sub", ".git", "info", "exclude"), "*\n");
  await mkdir(join(root, "gitfile"));
  await writeFile(join(root, "gitfile", ".git"), `gitdir: ${join(root, "sub", ".git")}\n`);
  await writeFile(join(root, "gitfile", "x.txt"), "x");

  for (const subject of ["first", "second"]) await run.commit({ subject });
  const ref = await run.commit({ subject: "third" });
  expect((await git(places.directory, "ls-tree", "-r", "--name-only", ref.commit)).split("\n").filter(Boolean)).toEqual([
    ".gitattributes",
    "a.txt",
    "file.txt",
    "gitfile/x.txt",
    "sub/file.txt",
    "sub/sub/file.txt",
  ]);
  expect(await planted.executed()).toBe(false);
  await git(places.directory, "fsck", "--strict", "--full");
});

it("keeps a link that stays inside, and refuses one that leads out, by its name", async () => {
  await using repository = gitOutcomeRepository(places);
  await using run = await repository.open(runId);
  const root = String(run.directory);
  await mkdir(join(root, "sub"));
  await symlink("../a.txt", join(root, "sub", "inside"));
  const { commit } = await run.commit({ subject: "inside" });
  expect(await git(places.directory, "ls-tree", "-r", commit, "sub/inside")).toMatch(/^120000 blob /);

  for (const [path, target] of [
    ["out", "/etc/passwd"],
    ["sub/up", "../../x"],
    ["round", "sub/../../x"],
    ["work", places.seed],
  ] as const) {
    await symlink(target, join(root, path));
    await expect(run.commit({ subject: "outside" })).rejects.toMatchObject({ code: "OUTCOME_PATH_INVALID", details: { path } });
    await rm(join(root, path));
  }
  expect(await repository.find(runId)).toMatchObject({ commit });
  await run.commit({ subject: "works again" });
});

it("neither reads nor writes through a link", async () => {
  await using repository = gitOutcomeRepository(places);
  await using run = await repository.open(runId);
  const root = String(run.directory);
  const [secret, outside] = [join(places.root, "secret"), join(places.root, "outside")];
  await writeFile(secret, "secret");
  await mkdir(outside);
  await symlink(secret, join(root, "link"));
  await symlink(outside, join(root, "dir"));

  expect(await run.read("link")).toBeUndefined();
  await expect(run.read("dir/x")).rejects.toMatchObject({ code: "OUTCOME_PATH_INVALID" });
  await expect(run.write(textFile("dir/x", "x"))).rejects.toMatchObject({ code: "OUTCOME_PATH_INVALID" });
  await run.write(textFile("link", "mine"));
  expect(await run.read("link")).toEqual(textFile("link", "mine"));
  expect(await readFile(secret, "utf8")).toBe("secret");
  expect(await readdir(outside)).toEqual([]);
});

it("does not wait for a pipe, and leaves it out", async () => {
  await using repository = gitOutcomeRepository(places);
  await using run = await repository.open(runId);
  await promisify(execFile)("mkfifo", [join(String(run.directory), "pipe")]);
  expect(await run.read("pipe")).toBeUndefined();
  const { commit } = await run.commit({ subject: "x" });
  expect(await repository.changes(commit)).toEqual([]);
  await run.write(textFile("pipe", "a file now"));
  expect(await run.read("pipe")).toEqual(textFile("pipe", "a file now"));
});

it("does not follow a link that took the place of the working tree", async () => {
  const repository = gitOutcomeRepository(places);
  const run = await repository.open(runId);
  const root = String(run.directory);
  const outside = join(places.root, "outside");
  await mkdir(outside);
  await writeFile(join(outside, "kept"), "x");
  await rm(root, { recursive: true });
  await symlink(outside, root);
  for (const call of [() => run.write(textFile("x", "x")), () => run.read("kept"), () => run.commit({ subject: "x" })]) {
    await expect(call()).rejects.toMatchObject({ code: "OUTCOME_FAILED", details: { location: root } });
  }
  await expect(repository[Symbol.asyncDispose]()).rejects.toMatchObject({ code: "OUTCOME_NOT_KEPT", details: { location: root } });
  expect(await readdir(outside)).toEqual(["kept"]);
});

it.each(["git~1", "sub/.GIT"])("refuses to commit what another system would take for its settings: %s", async (path) => {
  await using repository = gitOutcomeRepository(places);
  await using run = await repository.open(runId);
  const at = join(String(run.directory), path);
  await mkdir(join(at, "deep"), { recursive: true });
  await writeFile(join(at, "config"), "planted");
  const refused = run.commit({ subject: "x" });
  await expect(refused).rejects.toMatchObject({ code: "OUTCOME_PATH_INVALID", details: { path: `${path}/config` } });
  await rm(at, { recursive: true });
});

it("never starts a git that lies in a working tree, wherever git is searched", async () => {
  for (const path of [`.${delimiter}bin${delimiter}${String(process.env["PATH"])}`, ".", ""]) {
    await using repository = gitOutcomeRepository({ ...places, git: { path } });
    await using run = await repository.open(RunId.parse(`run${path.length}`));
    for (const name of ["git", "bin/git"]) await run.write({ ...textFile(name, `#!/bin/sh\n: > '${marker}'\n`), executable: true });
    await run.commit({ subject: "x" });
    expect(await planted.executed()).toBe(false);
  }
});

it("gives a run a working tree in which git finds no repository of ours", async () => {
  await using repository = gitOutcomeRepository(places);
  await using run = await repository.open(runId);
  await expect(git(String(run.directory), "rev-parse", "--git-dir")).rejects.toMatchObject({
    stderr: expect.stringContaining("not a git repository"),
  });
  expect(await readdir(String(run.directory))).toEqual([".gitattributes", "a.txt"]);
});

/** Puts a tree of the given entries into the repository, whatever git thinks of their names, and a commit of it. */
async function plantCommit(entries: readonly (readonly [mode: string, name: string, object: string])[]): Promise<string> {
  const tree = Buffer.concat(entries.flatMap(([mode, name, object]) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(object, "hex")]));
  const file = join(places.root, "tree");
  await writeFile(file, tree);
  const id = (await git(places.directory, "hash-object", "-t", "tree", "--literally", "-w", file)).trim();
  return (await git(places.directory, "-c", "user.name=x", "-c", "user.email=x@x", "commit-tree", "-m", "planted", id)).trim();
}

async function plantBlob(text: string): Promise<string> {
  const file = join(places.root, "blob");
  await writeFile(file, text);
  return (await git(places.directory, "hash-object", "-w", file)).trim();
}

it.each([".git", "..", ".", ".GIT", "git~1", ".g\u200cit", "a/../../b", "/etc"])(
  "starts no run from a tree with an entry named %j, and leaves nothing of it",
  async (name) => {
    await using repository = gitOutcomeRepository(places);
    await (await repository.open(RunId.parse("run0")))[Symbol.asyncDispose]();
    const blob = await plantBlob(`#!/bin/sh\ntouch '${marker}'\n`);
    const from = await plantCommit([["100755", name, blob]]);
    const before = await readdir(places.root, { recursive: true });
    await expect(repository.open(runId, { from })).rejects.toMatchObject({ code: "OUTCOME_PATH_INVALID" });
    expect(await readdir(places.root, { recursive: true })).toEqual(before);
    expect(await git(places.directory, "for-each-ref", "refs/heads/run/run1", "refs/dad")).not.toContain("run1");
    expect(await planted.executed()).toBe(false);
  },
);

it("writes through no link of the tree that it starts from", async () => {
  await using repository = gitOutcomeRepository(places);
  await (await repository.open(RunId.parse("run0")))[Symbol.asyncDispose]();
  const outside = join(places.root, "outside");
  await mkdir(outside);
  const [link, file] = [await plantBlob(outside), await plantBlob("planted")];
  const inner = await plantCommit([["100644", "x", file]]);
  const tree = (await git(places.directory, "rev-parse", `${inner}^{tree}`)).trim();
  // The same name twice: a link, and a directory that would be behind it.
  const from = await plantCommit([
    ["120000", "way", link],
    ["40000", "way", tree],
  ]);
  await repository.open(runId, { from }).then(
    (run) => run[Symbol.asyncDispose](),
    () => undefined,
  );
  expect(await readdir(outside)).toEqual([]);
});

it("asks nobody for a module of the tree that it starts from, keeps it as it is, and refuses files that are put into it", async () => {
  await using repository = gitOutcomeRepository(places);
  await (await repository.open(RunId.parse("run0")))[Symbol.asyncDispose]();
  const modules = await plantBlob(
    `[submodule "m"]\n\tpath = m\n\turl = ext::sh -c touch% '${marker}'\n\tupdate = !touch '${marker}'\n[submodule "../../up"]\n\tpath = -x\n\turl = --upload-pack=x\n`,
  );
  const from = await plantCommit([
    ["100644", ".gitmodules", modules],
    ["160000", "m", "1".repeat(40)],
  ]);
  await using run = await repository.open(runId, { from });
  const { tree } = await run.commit({ subject: "as it was" });
  expect(tree).toBe(run.start.tree);
  await run.write(textFile("m/a.txt", "a"));
  for (let time = 0; time < 2; time++)
    await expect(run.commit({ subject: "x", onlyChanged: true })).rejects.toMatchObject({ code: "OUTCOME_PATH_INVALID", details: { path: "m" } });
  await rm(join(String(run.directory), "m"), { recursive: true });
  const { commit } = await run.commit({ subject: "without it" });
  expect(await repository.changes(commit)).toEqual([{ path: "m", kind: "deleted" }]);
  await run.write(textFile("m/a.txt", "a"));
  const next = await run.commit({ subject: "a directory" });
  expect(await repository.changes(next.commit)).toEqual(expect.arrayContaining([{ path: "m/a.txt", kind: "added" }]));
  expect(await planted.executed()).toBe(false);
});

it("compares a commit with itself when it says that it started from something else than a commit", async () => {
  await using repository = gitOutcomeRepository(places);
  await (await repository.open(RunId.parse("run0")))[Symbol.asyncDispose]();
  const blob = await plantBlob("x");
  for (const base of [blob, "0".repeat(40), "--output=x", "main", `${"a".repeat(40)}b`]) {
    const tree = (await git(places.directory, "rev-parse", "main^{tree}")).trim();
    const message = `planted\n\nDad-Base: ${base}`;
    const commit = (await git(places.directory, "-c", "user.name=x", "-c", "user.email=x@x", "commit-tree", "-m", message, tree)).trim();
    expect(await repository.changes(commit)).toEqual([]);
  }
});
