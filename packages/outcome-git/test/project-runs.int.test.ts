import { fork } from "node:child_process";
import { once } from "node:events";
import { access, appendFile, chown, mkdir, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type GitOutcomeOptions, gitOutcomeRepository } from "@dad/outcome-git";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { git, openPlaces, type Places, textFile } from "./places.ts";
import { commitFiles, headOf, makeProject } from "./project.ts";

const runId = RunId.parse("run1");
let places: Places;
let options: GitOutcomeOptions & { readonly project: string };

beforeEach(async () => {
  places = await openPlaces([]);
  const { directory, workDirectory } = places;
  options = { directory, workDirectory, project: places.seed };
});
afterEach(() => places[Symbol.asyncDispose]());

const objectsIn = async (repository: string): Promise<number> => {
  const facts = await git(repository, "count-objects", "-v");
  return Number(/^count: (\d+)$/m.exec(facts)?.[1]) + Number(/^in-pack: (\d+)$/m.exec(facts)?.[1]);
};

describe("a run that starts from a revision of the project", () => {
  it("starts at that very commit, of which it says where it is from, and gives the project a branch that goes on from there", async () => {
    const first = await makeProject(options.project, { "a.txt": "1", "sub/b.txt": "b\r\n" });
    await git(options.project, "branch", "feature");
    await commitFiles(options.project, { "a.txt": "2" });
    await writeFile(join(options.project, "a.txt"), "not committed");
    await using repository = gitOutcomeRepository({ ...options, project: join(options.project, "sub") });
    await using run = await repository.open(runId, { revision: "feature" });
    expect(run.start).toEqual({
      branch: "run/run1",
      commit: first,
      tree: await headOf(options.project, `${first}^{tree}`),
      source: { repository: options.project, revision: "feature", commit: first },
    });
    expect([await run.read("a.txt"), await run.read("sub/b.txt")]).toEqual([textFile("a.txt", "1"), textFile("sub/b.txt", "b\r\n")]);
    await run.write(textFile("new.txt", "new"));
    const { commit, parent } = await run.commit({ subject: "Work" });
    expect(parent).toBe(first);
    await git(options.project, "fetch", "--quiet", options.directory, "run/run1");
    expect(await git(options.project, "log", "--format=%H", "FETCH_HEAD")).toBe(`${commit}\n${first}\n`);
    await git(options.directory, "fsck", "--strict", "--full");
  });

  it("says where it is from also when it is resumed, with its tree and without, whatever has become of the revision", async () => {
    await makeProject(options.project, { "a.txt": "1" });
    await using repository = gitOutcomeRepository(options);
    const { start } = await repository.open(runId, { revision: "HEAD" });
    await commitFiles(options.project, { "a.txt": "2" });
    await using again = await gitOutcomeRepository(options).open(runId, { revision: "HEAD", resume: true });
    expect(again.start).toEqual(start);
    await again[Symbol.asyncDispose]();
    await using anew = await gitOutcomeRepository(options).open(runId, { revision: "no longer there", resume: true });
    expect(anew.start).toEqual(start);
    expect(await anew.read("a.txt")).toEqual(textFile("a.txt", "1"));
    await using another = await repository.open(RunId.parse("rerun"), { from: start.commit });
    expect(another.start).toEqual({ ...start, branch: "run/rerun" });
  });

  it("brings no more than what is new, and keeps it", async () => {
    await makeProject(options.project, Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`f${at}.txt`, `content ${at}`])));
    await using repository = gitOutcomeRepository(options);
    await (await repository.open(runId, { revision: "main" }))[Symbol.asyncDispose]();
    const first = await objectsIn(options.directory);
    expect(first).toBeGreaterThan(150);
    const commit = await commitFiles(options.project, { "f0.txt": "changed" });
    await (await repository.open(RunId.parse("run2"), { revision: "main" }))[Symbol.asyncDispose]();
    // A commit, a tree, a file; and a commit for each run, that says where it is from.
    expect((await objectsIn(options.directory)) - first).toBe(4);
    await (await repository.open(RunId.parse("run3"), { revision: `${commit}~1` }))[Symbol.asyncDispose]();
    await git(options.directory, "update-ref", "-d", "refs/heads/run/run2");
    await git(options.directory, "update-ref", "-d", "refs/dad/base/run2");
    await git(options.directory, "gc", "--quiet", "--prune=now");
    await git(options.directory, "cat-file", "-e", `${commit}^{tree}`);
    await git(options.directory, "fsck", "--strict", "--full", "--connectivity-only");
  });

  it("is one of many that start at once in many processes", async () => {
    const commits = [await makeProject(options.project, { "a.txt": "1" })];
    for (const text of ["2", "3"]) commits.push(await commitFiles(options.project, { "a.txt": text }));
    const opener = join(import.meta.dirname, "project-opener.ts");
    const starting = commits.map((commit, at) => {
      const names = ["a", "b", "c"].map((name) => `${name}${at}`);
      return once(fork(opener, [JSON.stringify(options), commit, ...names], { execArgv: ["--conditions=@dad/source"] }), "exit");
    });
    expect((await Promise.all(starting)).map(([code]) => code as unknown)).toEqual([0, 0, 0]);
    const bases = await git(options.directory, "for-each-ref", "--format=%(refname) %(objectname)", "refs/dad/base");
    expect(bases.trim().split("\n")).toEqual(["a", "b", "c"].flatMap((name) => commits.map((commit, at) => `refs/dad/base/${name}${at} ${commit}`)));
    await git(options.directory, "fsck", "--strict", "--full");
  });

  it("has the files as they are in the commit, and starts nothing of the project", async () => {
    const marker = join(places.root, "executed");
    const touch = `"touch '${marker}'; cat"`;
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    await makeProject(options.project, { "big.bin": pointer, "text.txt": "a\r\n" });
    await symlink("/etc/passwd", join(options.project, "leads out"));
    await commitFiles(options.project, {
      ".gitattributes": "* filter=planted text=auto eol=crlf\n",
      ".gitmodules": '[submodule "sub"]\n\tpath = sub\n\turl = /x\n',
    });
    await mkdir(join(options.project, "sub"));
    await git(options.project, "update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},sub`);
    await git(options.project, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "--quiet", "--message", "x");
    const settings = `[core]\n\tfsmonitor = ${touch}\n\thooksPath = planted\n\tsshCommand = ${touch}\n\talternateRefsCommand = ${touch}\n`;
    await appendFile(
      join(options.project, ".git", "config"),
      `${settings}[filter "planted"]\n\tclean = ${touch}\n\tsmudge = ${touch}\n[uploadpack]\n\tpackObjectsHook = ${touch}\n`,
    );
    await mkdir(join(options.project, ".git", "planted"));
    for (const hook of ["reference-transaction", "post-checkout", "post-index-change"])
      await writeFile(join(options.project, ".git", "planted", hook), `#!/bin/sh\ntouch '${marker}'\n`, { mode: 0o755 });

    await using repository = gitOutcomeRepository(options);
    await using run = await repository.open(runId, { revision: "main" });
    expect([await run.read("big.bin"), await run.read("text.txt")]).toEqual([textFile("big.bin", pointer), textFile("text.txt", "a\r\n")]);
    expect(await readlink(join(String(run.directory), "leads out"))).toBe("/etc/passwd");
    await run.write(textFile("text.txt", "b\r\n"));
    const { commit } = await run.commit({ subject: "Work" });
    expect(await repository.changes(commit)).toEqual([{ path: "text.txt", kind: "modified" }]);
    expect(await repository.uncommitted()).toEqual({ directory: options.project, changed: 0, untracked: 0 });
    await expect(access(marker)).rejects.toMatchObject({ code: "ENOENT" });
    // The control: plain git is led by them.
    await git(options.project, "status");
    await access(marker);
  });

  it("can start from a bare repository, and from another working copy of a repository", async () => {
    const first = await makeProject(options.project, { "a.txt": "1" });
    const [bare, copy] = [join(places.root, "bare"), join(places.root, "copy")];
    await git(places.root, "clone", "--quiet", "--bare", options.project, bare);
    await git(options.project, "worktree", "add", "--quiet", copy, "-b", "side");
    const second = await commitFiles(copy, { "a.txt": "2" });
    for (const [project, commit] of [
      [bare, first],
      [copy, second],
    ] as const) {
      await using repository = gitOutcomeRepository({ ...options, project });
      await using run = await repository.open(RunId.parse(`run${commit.slice(0, 8)}`), { revision: "HEAD" });
      expect(run.start.source).toEqual({ repository: project, revision: "HEAD", commit });
    }
  });

  it("heeds no replacement and no graft: the history is that of the commits", async () => {
    const first = await makeProject(options.project, { "a.txt": "1" });
    const other = await commitFiles(options.project, { "a.txt": "other" });
    const last = await commitFiles(options.project, { "a.txt": "3" });
    await git(options.project, "replace", first, other);
    await writeFile(join(options.project, ".git", "info", "grafts"), `${last} ${first}\n`);
    await using repository = gitOutcomeRepository(options);
    await using run = await repository.open(runId, { revision: "main" });
    expect(run.start.commit).toBe(last);
    expect(await git(options.directory, "log", "--format=%H", last)).toBe(`${last}\n${other}\n${first}\n`);
    await git(options.directory, "replace", first, other);
    expect(await repository.changes(other, { from: first })).toEqual([{ path: "a.txt", kind: "modified" }]);
    await git(options.directory, "fsck", "--strict", "--full");
  });
});

describe("a revision that a run cannot start from", () => {
  const refused = async (revision: string, more: Partial<GitOutcomeOptions> = {}): Promise<unknown> => {
    await using repository = gitOutcomeRepository({ ...options, ...more });
    const error: unknown = await repository.open(runId, { revision }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(await git(options.directory, "for-each-ref", "refs/heads/run", "refs/dad")).toBe("");
    return error;
  };
  const unknown = (reason: string): unknown =>
    expect.objectContaining({ code: "OUTCOME_REVISION_UNKNOWN", message: expect.stringContaining(reason) });

  it("is told by what is wrong with it, and with what it may have meant", async () => {
    const commit = await makeProject(options.project, { "a.txt": "1" });
    for (const command of ["branch", "tag"]) await git(options.project, command, "twice");
    await git(options.project, "branch", "feature/login");
    const blob = await headOf(options.project, "HEAD:a.txt");
    for (const [revision, reason] of [
      ["", "it is empty"],
      ["--all", "begins with a hyphen"],
      ["a\0b", "control character"],
      ["x".repeat(1025), "more than 1024"],
      ["main..main", "names no commit"],
      ["^main", "names no commit"],
      [blob, "names no commit"],
      ["feature/lgoin", 'did you mean "feature/login"?'],
      ["twice", "may mean several things"],
    ] as const)
      expect(await refused(revision)).toEqual(unknown(reason));
    await using repository = gitOutcomeRepository(options);
    await using run = await repository.open(runId, { revision: "refs/tags/twice" });
    expect(run.start.commit).toBe(commit);
  });

  it("is in no repository, or in one of somebody who has no say over the project", async () => {
    expect(await refused("main")).toEqual(unknown("is in no git repository"));
    expect(await refused("main", { project: join(places.root, "gone") })).toEqual(unknown("cannot be read"));
    await writeFile(join(options.project, ".git"), "gitdir: /nowhere\n");
    expect(await refused("main")).toEqual(unknown("where no repository is"));
    await rm(join(options.project, ".git"));
    if (process.getuid?.() !== 0) return;
    await makeProject(places.root, {});
    await chown(join(places.root, ".git"), 65_534, 65_534);
    expect(await refused("main")).toEqual(unknown("belongs to somebody else"));
    // Whoever the project belongs to may do with it whatever he likes.
    await chown(options.project, 65_534, 65_534);
    await using repository = gitOutcomeRepository(options);
    await using run = await repository.open(runId, { revision: "main" });
    expect(run.start.source?.repository).toBe(places.root);
  });

  it("is in a repository that lacks a part of its history, or names it in another way", async () => {
    const whole = join(places.root, "whole");
    await makeProject(whole, { "a.txt": "1" });
    const commit = await commitFiles(whole, { "a.txt": "2" });
    const [shallow, partial, other] = [join(places.root, "shallow"), join(places.root, "partial"), join(places.root, "other")];
    await git(places.root, "clone", "--quiet", "--depth=1", `file://${whole}`, shallow);
    expect(await refused("main", { project: shallow })).toEqual(unknown("git fetch --unshallow"));
    await git(whole, "config", "uploadpack.allowFilter", "true");
    await git(places.root, "clone", "--quiet", "--no-checkout", "--filter=blob:none", `file://${whole}`, partial);
    expect(await refused("main", { project: partial })).toEqual(unknown("partial clone"));
    await makeProject(other, { "a.txt": "1" }, "--object-format=sha256");
    expect(await refused("main", { project: other })).toEqual(unknown("by sha256"));
    await using repository = gitOutcomeRepository({ ...options, project: whole });
    await using run = await repository.open(runId, { revision: "main" });
    expect(run.start.commit).toBe(commit);
  });
});

it("tells the commit of a revision before a run starts from it, and makes nothing for that", async () => {
  const commit = await makeProject(options.project, { "a.txt": "1" });
  await using repository = gitOutcomeRepository(options);
  expect(await repository.resolve("main")).toBe(commit);
  await expect(repository.resolve("nope")).rejects.toMatchObject({
    code: "OUTCOME_REVISION_UNKNOWN",
    message: `a run cannot start from revision "nope": it names no commit in ${options.project}; there is "main"`,
  });
  await using without = gitOutcomeRepository({ directory: options.directory, workDirectory: options.workDirectory });
  await expect(without.resolve("main")).rejects.toMatchObject({ code: "OUTCOME_REVISION_UNKNOWN" });
  await expect(access(options.directory)).rejects.toMatchObject({ code: "ENOENT" });
});

it("counts what is not committed in the project", async () => {
  await makeProject(options.project, { "a.txt": "1", "b.txt": "1", "c.txt": "1", ".gitignore": "*.log\n" });
  await using repository = gitOutcomeRepository(options);
  expect(await repository.uncommitted()).toEqual({ directory: options.project, changed: 0, untracked: 0 });
  await writeFile(join(options.project, "a.txt"), "changed");
  await rm(join(options.project, "b.txt"));
  await git(options.project, "rm", "--quiet", "--cached", "c.txt");
  for (const name of ["new ü.txt", "x.log"]) await writeFile(join(options.project, name), "x");
  expect(await repository.uncommitted()).toEqual({ directory: options.project, changed: 3, untracked: 2 });
  await using without = gitOutcomeRepository({ directory: options.directory, workDirectory: options.workDirectory });
  expect(await without.uncommitted()).toBeUndefined();
});
