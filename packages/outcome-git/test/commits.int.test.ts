import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type GitOutcomeOptions, gitOutcomeRepository } from "@dad/outcome-git";
import type { OutcomeRepository, RunOutcome } from "@dad/outcome";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { git, openPlaces, type Places, textFile } from "./places.ts";

const id = (name: string): RunId => RunId.parse(name);
const LARGE = 3 * 2 ** 20;
let places: Places;
let repository: OutcomeRepository;
let run: RunOutcome;
beforeEach(async () => {
  places = await openPlaces([textFile("a.txt", "a"), textFile(".gitignore", "*.log\n")]);
});
afterEach(async () => {
  // What it could not keep, tests have seen before.
  await Promise.allSettled([repository[Symbol.asyncDispose]()]);
  await places[Symbol.asyncDispose]();
});

async function openRun(options: Partial<GitOutcomeOptions> = {}): Promise<void> {
  repository = gitOutcomeRepository({ ...places, ...options });
  run = await repository.open(id("run1"));
}

const at = (...parts: string[]): string => join(String(run.directory), ...parts);
const objects = async (): Promise<string[]> =>
  (await git(places.directory, "cat-file", "--batch-all-objects", "--batch-check")).split("\n").filter(Boolean);

/** What a commit that came to nothing could have left in the repository. */
async function litter(): Promise<string[]> {
  const names = await readdir(places.directory, { recursive: true });
  return names.filter((name) => /(^|\/)(tmp_|fast_import_crash)|^indexes\/(?!run1$)|\.(lock|keep)$/.test(name));
}

/** git, for which something else is run in the place of a command. */
async function gitWith(command: string, instead: string): Promise<NonNullable<GitOutcomeOptions["git"]>> {
  const program = join(places.root, "git");
  await writeFile(program, `#!/bin/sh\ncase " $* " in *" ${command} "*) ${instead} ;; esac\nexec git "$@"\n`);
  await chmod(program, 0o755);
  return { program, path: process.env["PATH"] };
}

describe("a commit", () => {
  it("takes four processes of git when little has changed, two of them at the same time, from the first one on", async () => {
    const calls = join(places.root, "calls");
    await openRun({ git: await gitWith("-c", `for word; do case "$word" in [a-z]*-[a-z]*) echo "$word" >> '${calls}'; break ;; esac; done`) });
    for (const subject of ["first", "second"]) {
      await run.write(textFile("b.txt", subject));
      await writeFile(calls, "");
      await run.commit({ subject, onlyChanged: true });
      const names = (await readFile(calls, "utf8")).trim().split("\n");
      expect(names[0]).toBe("ls-files");
      expect(names.at(-1)).toBe("update-ref");
      expect(names.toSorted()).toEqual(["fast-import", "ls-files", "update-index", "update-ref"]);
    }
  });

  it("puts a directory in the place of a file, and a file in that of a directory, and takes away what goes", async () => {
    await openRun();
    for (const path of ["file", "dir/deep/x", "gone/deep/x", "kept/x"]) await run.write(textFile(path, path));
    await run.commit({ subject: "first" });
    for (const path of ["file", "dir", "gone"]) await rm(at(path), { recursive: true });
    for (const path of ["file/x", "dir"]) await run.write(textFile(path, path));
    const { commit } = await run.commit({ subject: "second" });
    const names = (await git(places.directory, "ls-tree", "-r", "--name-only", commit)).trim().split("\n");
    expect(names).toEqual([".gitignore", "a.txt", "dir", "file/x", "kept/x"]);
    expect(await run.commit({ subject: "third", onlyChanged: true })).toMatchObject({ commit });
  });

  it.each<readonly [string, (index: string) => Promise<unknown>]>([
    ["is gone", (index) => rm(index)],
    ["is something else", (index) => writeFile(index, "DIRC nothing")],
    ["is cut off", (index) => truncate(index, 100)],
    ["is that of an earlier commit", (index) => copyFile(`${index}-earlier`, index)],
  ])("has every change, also when the index %s", async (_what, damage) => {
    const index = join(places.directory, "indexes", "run1");
    const committed = async (): Promise<string> =>
      await git(places.directory, "ls-tree", "-r", "--name-only", (await run.commit({ subject: "x", onlyChanged: true })).commit);
    await openRun();
    await copyFile(index, `${index}-earlier`);
    await run.write(textFile("b.txt", "b"));
    await run.commit({ subject: "first" });
    for (const next of ["c.txt", "d.txt"]) {
      for (const name of ["a.txt", "b.txt", "c.txt"]) await rm(at(name), { force: true });
      await run.write(textFile(next, next));
      await damage(index);
      // As after the end of the process; without an index nobody could know that the working tree was whole.
      if (next === "d.txt" && (await readdir(join(places.directory, "indexes"))).includes("run1"))
        run = await gitOutcomeRepository(places).open(id("run1"), { resume: true });
      expect(await committed()).toBe(`.gitignore\n${next}\n`);
    }
    await rm(`${index}-earlier`);
  });

  it("can have no files at all, and files that are large or empty", async () => {
    await openRun();
    for (const name of ["a.txt", ".gitignore"]) await rm(at(name));
    const empty = await run.commit({ subject: "nothing" });
    expect(await git(places.directory, "ls-tree", "-r", empty.commit)).toBe("");
    await writeFile(at("empty"), "");
    await writeFile(at("large"), "");
    await truncate(at("large"), LARGE);
    await chmod(at("large"), 0o755);
    const { commit } = await run.commit({ subject: "files" });
    const sizes = await git(places.directory, "ls-tree", "-r", "--long", commit);
    expect(sizes.replaceAll(/blob [0-9a-f]+ +/g, "")).toBe(`100644 0\tempty\n100755 ${LARGE}\tlarge\n`);
    await git(places.directory, "fsck", "--strict", "--full");
  });

  it("keeps in a repository with ids of another length, whoever made it", async () => {
    await git(places.root, "init", "--quiet", "--bare", "--object-format=sha256", places.directory);
    await openRun();
    await mkdir(at("nested"));
    await git(at("nested"), "init", "--quiet");
    await run.write(textFile("nested/x", "x"));
    const { commit } = await run.commit({ subject: "x" });
    expect(commit).toHaveLength(64);
    await rm(at("nested"), { recursive: true });
    await run.commit({ subject: "y" });
    await run.bring({ from: run.start.commit, to: commit });
    expect(await readFile(at("nested", "x"), "utf8")).toBe("x");
    await git(places.directory, "fsck", "--strict", "--full");
  });

  it("leaves nothing of what was refused, aborted, or broken off by the end of git", async () => {
    await openRun({ git: await gitWith("fast-import", `[ ! -e '${join(places.root, "die")}' ] || set -- "$@" --unknown`) });
    await run.commit({ subject: "first" });
    const before = await objects();
    await run.write({ path: "large", content: new Uint8Array(LARGE), executable: false });
    await run.write(textFile("b.txt", "b"));
    await symlink("/etc/passwd", at("z"));
    await expect(run.commit({ subject: "x" })).rejects.toMatchObject({ code: "OUTCOME_PATH_INVALID", details: { path: "z" } });
    await rm(at("z"));
    const controller = new AbortController();
    const aborted = run.commit({ subject: "x", signal: controller.signal });
    setImmediate(() => controller.abort());
    await expect(aborted).rejects.toMatchObject({ name: "AbortError" });
    await writeFile(join(places.root, "die"), "");
    await expect(run.commit({ subject: "x" })).rejects.toMatchObject({
      code: "OUTCOME_FAILED",
      cause: { message: expect.stringContaining("--unknown") },
    });
    expect(await litter()).toEqual([]);
    expect(await objects()).toEqual(before);
    await rm(join(places.root, "die"));
    const { commit } = await run.commit({ subject: "second" });
    expect((await repository.changes(commit)).map(({ path }) => path)).toEqual(["b.txt", "large"]);
  });

  it("names every place of a secret, in small files, in large ones and where links lead, and leaves none of it in the repository", async () => {
    const value = "correct horse battery";
    await openRun({ capture: { secrets: () => [{ name: "TOKEN", value }] } });
    await run.commit({ subject: "first" });
    const before = await objects();
    await run.write(textFile("config", `one\ntoken=${value}\n`));
    await run.write(textFile("large", `${"x".repeat(LARGE - 5)}\n${value}`));
    await symlink(value, at("link"));
    const places_ = ["config", "large", "link"];
    const refused = run.commit({ subject: "x" });
    await expect(refused).rejects.toMatchObject({ code: "OUTCOME_SECRET" });
    const { details } = (await refused.catch((error: unknown) => error)) as { details: { places: { path: string; line: number }[] } };
    expect(details.places.map(({ path, line }) => `${path} ${line}`)).toEqual([`${places_[0]} 2`, `${places_[1]} 2`, `${places_[2]} 1`]);
    expect([await objects(), await litter()]).toEqual([before, []]);
    for (const name of places_) await rm(at(name));
    await run.commit({ subject: "second" });
  });

  it("goes on from where somebody else has moved the branch, once it has been refused", async () => {
    await openRun();
    await run.commit({ subject: "first" });
    await run.write(textFile("b.txt", "b"));
    await git(places.directory, "update-ref", "refs/heads/run/run1", "main");
    await expect(run.commit({ subject: "x" })).rejects.toMatchObject({ code: "OUTCOME_FAILED" });
    const { commit, parent } = await run.commit({ subject: "x" });
    expect(parent).toBe(run.start.commit);
    expect(await repository.changes(commit)).toEqual([{ path: "b.txt", kind: "added" }]);
  });
});

describe("bringing changes", () => {
  it("brings files whose names are no text, and commits them also when they are ignored", async () => {
    await openRun();
    const name = Buffer.from("n\xff", "latin1");
    await writeFile(Buffer.concat([Buffer.from(`${run.directory}/`), name]), "no text");
    await run.write(textFile("x.log", "tracked"));
    await writeFile(at(".gitignore"), "");
    const first = await run.commit({ subject: "first" });
    await writeFile(at(".gitignore"), "*.log\n");
    const from = run.start.commit;
    const { commit: to, tree } = await run.commit({ subject: "second" });
    expect(tree).not.toBe(first.tree);
    await using other = await repository.open(id("other"));
    for (let time = 0; time < 2; time++) await other.bring({ from, to });
    expect((await other.commit({ subject: "brought" })).tree).toBe(tree);
    await other.bring({ from: to, to: from });
    expect((await other.commit({ subject: "and back" })).tree).toBe(other.start.tree);
    expect(await readdir(String(other.directory))).toEqual([".gitignore", "a.txt"]);
  });

  it("writes nothing for a commit that nobody of ours has made, when a path of it leads elsewhere", async () => {
    await openRun();
    const env = {
      ...process.env,
      GIT_DIR: places.directory,
      GIT_AUTHOR_NAME: "x",
      GIT_AUTHOR_EMAIL: "x",
      GIT_COMMITTER_NAME: "x",
      GIT_COMMITTER_EMAIL: "x",
    };
    const input = (path: string) =>
      `commit refs/heads/planted\ncommitter x <x> 0 +0000\ndata 0\nM 100644 inline ${path}\ndata 1\nx\nM 100644 inline b\ndata 1\nx\n`;
    for (const path of ["../escape", ".git/config", "a/../../x"]) {
      const planting = promisify(execFile)("git", ["fast-import", "--quiet", "--force"], { env });
      planting.child.stdin?.end(input(path));
      await planting;
      const to = (await git(places.directory, "rev-parse", "refs/heads/planted")).trim();
      await expect(run.bring({ from: run.start.commit, to })).rejects.toMatchObject({ code: "OUTCOME_PATH_INVALID", details: { path } });
    }
    expect(await readdir(String(run.directory))).toEqual([".gitignore", "a.txt"]);
  });
});
