import { access, appendFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type GitOutcomeOptions, type GitOutcomeRepository, gitOutcomeRepository } from "@dad/outcome-git";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { git, openPlaces, type Places, textFile } from "./places.ts";
import { commitFiles, headOf, makeProject } from "./project.ts";

let places: Places;
let options: GitOutcomeOptions & { readonly project: string };

beforeEach(async () => {
  places = await openPlaces([]);
  const { directory, workDirectory } = places;
  options = { directory, workDirectory, project: places.seed };
});
afterEach(() => places[Symbol.asyncDispose]());

interface Work {
  readonly from?: string;
  readonly revision?: string;
  readonly files: Readonly<Record<string, string>>;
}

/** A run that writes files. @returns its commit. */
async function runOf(repository: GitOutcomeRepository, name: string, { files, ...start }: Work): Promise<string> {
  await using run = await repository.open(RunId.parse(name), start);
  for (const [path, text] of Object.entries(files)) await run.write(textFile(path, text));
  return (await run.commit({ subject: `Work of ${name}` })).commit;
}

const messageOf = (repository: string, commit: string): Promise<string> => git(repository, "log", "-1", "--format=%an: %B", commit);
const parentsOf = async (repository: string, commit: string): Promise<string[]> =>
  (await git(repository, "log", "-1", "--format=%P", commit)).trim().split(" ");
const filesOf = async (repository: string, commit: string): Promise<string[]> =>
  (await git(repository, "ls-tree", "-r", "--name-only", commit)).trim().split("\n");
const refsOf = (repository: string): Promise<string> => git(repository, "for-each-ref");
const refusal = (reason: string): object => ({ code: "OUTCOME_MERGE_REFUSED", message: expect.stringContaining(reason) as unknown });

describe("merging into the outcome repository", () => {
  let repository: GitOutcomeRepository;
  beforeEach(() => {
    repository = gitOutcomeRepository({ directory: options.directory, workDirectory: options.workDirectory });
  });
  afterEach(() => repository[Symbol.asyncDispose]());

  it("moves main forward to the first run, and joins the next with it", async () => {
    const [one, two] = [await runOf(repository, "one", { files: { "1.txt": "1" } }), await runOf(repository, "two", { files: { "2.txt": "2" } })];
    const place = { repository: options.directory, branch: "main" };
    expect(await repository.merge(one)).toEqual({ kind: "fast-forward", ...place, commit: one });
    const merged = await repository.merge(two, { subject: "Take\nover\0 two" });
    expect(merged).toMatchObject({ kind: "merged", ...place });
    expect(await headOf(options.directory, "main")).toBe(merged.commit);
    expect(await parentsOf(options.directory, merged.commit)).toEqual([one, two]);
    expect(await filesOf(options.directory, merged.commit)).toEqual(["1.txt", "2.txt", "README.md"]);
    expect(await messageOf(options.directory, merged.commit)).toBe(`DAD: Take over two\n\nDad-Run: two\nDad-Merged: ${two}\n\n`);
    expect(await repository.merge(one)).toEqual({ kind: "up-to-date", ...place, commit: merged.commit });
    await using next = await repository.open(RunId.parse("next"));
    expect(next.start.commit).toBe(merged.commit);
    await git(options.directory, "fsck", "--strict", "--full");
  });

  it("makes one commit of all when it squashes, and none when there is nothing new", async () => {
    const one = await runOf(repository, "one", { files: { "1.txt": "1" } });
    await repository.merge(one, { into: "kept" });
    const two = await runOf(repository, "two", { files: { "2.txt": "2" } });
    const squashed = await repository.merge(two, { into: "kept", squash: true });
    expect(squashed.kind).toBe("merged");
    expect(await parentsOf(options.directory, squashed.commit)).toEqual([one]);
    expect(await messageOf(options.directory, squashed.commit)).toBe(`DAD: Merge run two\n\nDad-Run: two\nDad-Merged: ${two}\n\n`);
    expect(await repository.merge(two, { into: "kept", squash: true })).toEqual({ ...squashed, kind: "up-to-date" });
    const fresh = await repository.merge(two, { into: "fresh", squash: true });
    expect(await parentsOf(options.directory, fresh.commit)).toEqual(await parentsOf(options.directory, two));
    expect(await filesOf(options.directory, fresh.commit)).toEqual(["2.txt", "README.md"]);
  });

  it("stops at a conflict, says where it is, and changes nothing", async () => {
    const one = await runOf(repository, "one", { files: { "ä.txt": "1", "same.txt": "1", "own.txt": "1" } });
    const two = await runOf(repository, "two", { files: { "ä.txt": "2", "same.txt": "2", "other.txt": "2" } });
    await repository.merge(one);
    const before = await refsOf(options.directory);
    for (const squash of [false, true])
      await expect(repository.merge(two, { squash })).rejects.toMatchObject({
        code: "OUTCOME_MERGE_CONFLICT",
        details: { paths: ["same.txt", "ä.txt"], commit: two, repository: options.directory, branch: "main" },
      });
    expect(await refsOf(options.directory)).toBe(before);
  });

  it("loses none of those that come at once", async () => {
    const names = ["a", "b", "c", "d", "e"];
    const commits = await Promise.all(names.map((name) => runOf(repository, name, { files: { [`${name}.txt`]: name } })));
    await using other = gitOutcomeRepository({ directory: options.directory, workDirectory: options.workDirectory });
    await Promise.all(commits.map((commit, at) => (at % 2 === 0 ? repository : other).merge(commit)));
    expect(await filesOf(options.directory, "main")).toEqual(["README.md", ...names.map((name) => `${name}.txt`)]);
    await git(options.directory, "fsck", "--strict", "--full");
  });

  it("starts no driver, whatever the tree and the settings say, and merges lines also where they say otherwise", async () => {
    const marker = join(places.root, "executed");
    const lines = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
    const text = (changed: string): string => `${lines.map((line) => (line === changed ? `${line}!` : line)).join("\n")}\n`;
    const base = await runOf(repository, "base", { files: { "x.txt": text(""), ".gitattributes": "* merge=planted -text binary\n" } });
    await repository.merge(base);
    await appendFile(join(options.directory, "config"), `[merge]\n\tdefault = planted\n[merge "planted"]\n\tdriver = "touch '${marker}'; true"\n`);
    await appendFile(join(options.directory, "info", "attributes"), "*.txt merge=planted\n");
    const [one, two] = [
      await runOf(repository, "one", { files: { "x.txt": text("1") } }),
      await runOf(repository, "two", { files: { "x.txt": text("9") } }),
    ];
    await repository.merge(one);
    const control = await git(options.directory, "merge-tree", "--write-tree", "main", two);
    await access(marker);
    await rm(marker);
    // What was added to the attributes is there for a repository that is open. The next one says its own once more.
    await using next = gitOutcomeRepository({ directory: options.directory, workDirectory: options.workDirectory });
    const { commit } = await next.merge(two);
    expect(control).not.toContain(await headOf(options.directory, `${commit}^{tree}`));
    expect(await git(options.directory, "cat-file", "blob", `${commit}:x.txt`)).toBe(text("1").replace("9", "9!"));
    await expect(access(marker)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("refuses branches of runs, and what is no name of a branch", async () => {
    const one = await runOf(repository, "one", { files: { "1.txt": "1" } });
    const before = await refsOf(options.directory);
    for (const into of ["run/one", "run", "RUN/x", "", "-x", "--all", "a..b", "a b", "a\0b", "HEAD", "refs/heads/x", "x.lock", "/x"])
      await expect(repository.merge(one, { into })).rejects.toMatchObject(refusal(JSON.stringify(into)));
    await git(options.directory, "branch", "a", "main");
    await expect(repository.merge(one, { into: "a/b" })).rejects.toMatchObject({ code: "OUTCOME_FAILED" });
    await git(options.directory, "branch", "--delete", "--force", "a");
    expect(await refsOf(options.directory)).toBe(before);
  });

  it("refuses what is no commit of a run, and what has nothing in common with the branch", async () => {
    const one = await runOf(repository, "one", { files: { "1.txt": "1" } });
    await expect(repository.merge("main")).rejects.toMatchObject({ code: "OUTCOME_COMMIT_UNKNOWN" });
    await expect(repository.merge(await headOf(options.directory, "main"))).rejects.toMatchObject(refusal("the commit of no run"));
    const tree = await headOf(options.directory, `${one}^{tree}`);
    const alone = await git(options.directory, "-c", "user.name=x", "-c", "user.email=x@x", "commit-tree", "-m", "x", tree);
    await git(options.directory, "branch", "alone", alone.trim());
    await expect(repository.merge(one, { into: "alone" })).rejects.toMatchObject(refusal("no history in common"));
  });

  it("does not move main of a repository with a seed, which would lose it, and says what to do", async () => {
    await writeFile(join(places.seed, "seed.txt"), "seed");
    await using seeded = gitOutcomeRepository(places);
    const one = await runOf(seeded, "one", { files: { "1.txt": "1" } });
    await expect(seeded.merge(one)).rejects.toMatchObject(refusal("give another branch"));
    expect((await seeded.merge(one, { into: "kept" })).commit).toBe(one);
  });

  it("merges nothing when the signal is aborted, or it is closed", async () => {
    const one = await runOf(repository, "one", { files: { "1.txt": "1" } });
    const reason = new Error("enough");
    await expect(repository.merge(one, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await repository[Symbol.asyncDispose]();
    await expect(repository.merge(one)).rejects.toMatchObject({ code: "OUTCOME_CLOSED" });
  });
});

describe("merging into the project", () => {
  let repository: GitOutcomeRepository;
  let first: string;
  beforeEach(async () => {
    first = await makeProject(options.project, { "a.txt": "a" });
    await git(options.project, "switch", "--quiet", "--create", "elsewhere");
    repository = gitOutcomeRepository(options);
  });
  afterEach(() => repository[Symbol.asyncDispose]());

  it("brings the work of a run back to the branch that it started from, and joins it with what was done there meanwhile", async () => {
    const place = { repository: options.project, branch: "main" };
    const one = await runOf(repository, "one", { revision: "main", files: { "1.txt": "1" } });
    const two = await runOf(repository, "two", { revision: "main", files: { "2.txt": "2" } });
    expect(await repository.merge(one)).toEqual({ kind: "fast-forward", ...place, commit: one });
    expect(await headOf(options.project, "main")).toBe(one);
    await git(options.project, "switch", "--quiet", "main");
    const own = await commitFiles(options.project, { "own.txt": "own" });
    await git(options.project, "switch", "--quiet", "elsewhere");
    const merged = await repository.merge(two);
    expect(merged).toMatchObject({ kind: "merged", ...place });
    expect(await parentsOf(options.project, merged.commit)).toEqual([own, two]);
    expect(await filesOf(options.project, "main")).toEqual(["1.txt", "2.txt", "a.txt", "own.txt"]);
    expect(await git(options.project, "log", "-g", "-1", "--format=%gs", "main")).toBe("merge run two\n");
    await git(options.project, "fsck", "--strict", "--full");
    await using next = await repository.open(RunId.parse("next"), { revision: "main" });
    expect(next.start.commit).toBe(merged.commit);
    await git(options.directory, "fsck", "--strict", "--full");
  });

  it("leaves a branch that is checked out as it is, keeps the commit, and says how to go on", async () => {
    const one = await runOf(repository, "one", { revision: "HEAD", files: { "1.txt": "1" } });
    const merged = await repository.merge(one);
    const command = ["git", "-C", options.project, "merge", "--ff-only", one];
    const checkedOut = { directory: options.project, ref: "refs/dad/merges/one", command };
    expect(merged).toEqual({ kind: "fast-forward", repository: options.project, branch: "elsewhere", commit: one, checkedOut });
    expect([await headOf(options.project), await headOf(options.project, "refs/dad/merges/one")]).toEqual([first, one]);
    await git(options.project, ...command.slice(3));
    expect(await git(options.project, "status", "--porcelain")).toBe("");
    expect(await headOf(options.project)).toBe(one);
    const copy = join(places.root, "copy");
    await git(options.project, "worktree", "add", "--quiet", copy, "main");
    expect((await repository.merge(one, { into: "main" })).checkedOut).toMatchObject({ directory: copy });
    await rm(copy, { recursive: true });
    expect((await repository.merge(one, { into: "main" })).checkedOut).toBeUndefined();
    expect(await headOf(options.project, "main")).toBe(one);
  });

  it("makes a branch that is not there, and needs one when the run started from none", async () => {
    const one = await runOf(repository, "one", { revision: first, files: { "1.txt": "1" } });
    await expect(repository.merge(one)).rejects.toMatchObject(refusal("say into which one"));
    expect(await repository.merge(one, { into: "feature/one" })).toMatchObject({ kind: "fast-forward", branch: "feature/one", commit: one });
    expect(await headOf(options.project, "feature/one")).toBe(one);
    const squashed = await repository.merge(one, { into: "feature/squashed", squash: true });
    expect(await parentsOf(options.project, squashed.commit)).toEqual([first]);
  });

  it("knows where a re-run goes, and a run that starts from the end of another", async () => {
    const one = await runOf(repository, "one", { revision: "main", files: { "1.txt": "1" } });
    const rerun = await runOf(repository, "rerun", { from: first, files: { "2.txt": "2" } });
    const further = await runOf(repository, "further", { from: one, files: { "3.txt": "3" } });
    for (const commit of [rerun, further]) expect(await repository.merge(commit)).toMatchObject({ repository: options.project, branch: "main" });
    expect(await filesOf(options.project, "main")).toEqual(["1.txt", "2.txt", "3.txt", "a.txt"]);
  });

  it("stops at a conflict, and changes nothing in the project", async () => {
    const one = await runOf(repository, "one", { revision: "main", files: { "a.txt": "1" } });
    await git(options.project, "switch", "--quiet", "main");
    await commitFiles(options.project, { "a.txt": "own" });
    await git(options.project, "switch", "--quiet", "elsewhere");
    const before = await refsOf(options.project);
    await expect(repository.merge(one)).rejects.toMatchObject({ code: "OUTCOME_MERGE_CONFLICT", details: { paths: ["a.txt"] } });
    expect(await refsOf(options.project)).toBe(before);
  });

  it("joins also with what somebody puts on the branch at that very moment", async () => {
    const one = await runOf(repository, "one", { revision: "main", files: { "1.txt": "1" } });
    const own = await commitFiles(options.project, { "own.txt": "own" });
    const [program, once] = [join(places.root, "git"), join(places.root, "moved")];
    const moving = `[ -e '${once}' ] || { touch '${once}'; git --git-dir='${options.project}/.git' update-ref refs/heads/main ${own}; }`;
    await writeFile(program, `#!/bin/sh\ncase " $* " in *" update-ref -m "*) ${moving} ;; esac\nexec git "$@"\n`, { mode: 0o755 });
    await using others = gitOutcomeRepository({ ...options, git: { program, path: process.env["PATH"] } });
    const merged = await others.merge(one);
    expect(await parentsOf(options.project, merged.commit)).toEqual([own, one]);
    expect(await headOf(options.project, "main")).toBe(merged.commit);
  });

  it("does not move a branch that is being rebased", async () => {
    const one = await runOf(repository, "one", { revision: "main", files: { "1.txt": "1" } });
    await mkdir(join(options.project, ".git", "rebase-merge"));
    await writeFile(join(options.project, ".git", "rebase-merge", "head-name"), "refs/heads/main\n");
    await expect(repository.merge(one)).rejects.toMatchObject(refusal("is being rebased"));
  });

  it("starts no hook, driver or filter of the project", async () => {
    const marker = join(places.root, "executed");
    const touch = `"touch '${marker}'; true"`;
    const one = await runOf(repository, "one", {
      revision: "main",
      files: { "a.txt": "a\n1\n", ".gitattributes": "* merge=planted filter=planted\n" },
    });
    await git(options.project, "switch", "--quiet", "main");
    await commitFiles(options.project, { "b.txt": "b" });
    await git(options.project, "switch", "--quiet", "elsewhere");
    const settings = `[core]\n\thooksPath = planted\n\tfsmonitor = ${touch}\n[merge]\n\tdefault = planted\n[merge "planted"]\n\tdriver = ${touch}\n`;
    await appendFile(join(options.project, ".git", "config"), settings);
    await mkdir(join(options.project, ".git", "planted"));
    for (const hook of ["reference-transaction", "post-merge", "post-receive", "update"])
      await writeFile(join(options.project, ".git", "planted", hook), `#!/bin/sh\ntouch '${marker}'\n`, { mode: 0o755 });
    expect((await repository.merge(one)).kind).toBe("merged");
    await expect(access(marker)).rejects.toMatchObject({ code: "ENOENT" });
    await git(options.project, "-c", "core.hooksPath=.git/planted", "branch", "control");
    await access(marker);
  });

  it("says when the project is no longer where it was", async () => {
    const one = await runOf(repository, "one", { revision: "main", files: { "1.txt": "1" } });
    await rm(join(options.project, ".git"), { recursive: true });
    await expect(repository.merge(one)).rejects.toMatchObject(refusal("is in no git repository"));
    await makeProject(options.project, { "other.txt": "x" });
    await expect(repository.merge(one)).rejects.toMatchObject(refusal(`does not have commit ${first}`));
  });
});
