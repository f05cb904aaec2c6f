import { execFile } from "node:child_process";
import { chmod, lstat, mkdir, readdir, readFile, readlink, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { OutcomeChangeRange, OutcomeFile, OutcomeRepository, RunOutcome } from "@dad/outcome";
import { gitOutcomeRepository } from "@dad/outcome-git";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { git, openPlaces, type Places, textFile } from "./places.ts";

const id = (name: string): RunId => RunId.parse(name);
let places: Places;
let repository: OutcomeRepository;
beforeEach(async () => {
  places = await openPlaces([textFile("a.txt", "a"), textFile(".gitignore", "ignored/\n*.log\n")]);
  repository = gitOutcomeRepository(places);
});
afterEach(async () => {
  await repository[Symbol.asyncDispose]();
  await places[Symbol.asyncDispose]();
});

/** What leads from where every run starts to these files besides. */
async function changeTo(...files: readonly OutcomeFile[]): Promise<OutcomeChangeRange> {
  await using run = await repository.open(id("other"));
  for (const file of files) await run.write(file);
  return { from: run.start.commit, to: (await run.commit({ subject: "to" })).commit };
}

const at = (run: RunOutcome, path: string): string => join(String(run.directory), path);

describe("bringing changes", () => {
  /** Puts something in the way that only a working tree on a disk can have, and says where the change is refused. */
  it.each<readonly [string, (run: RunOutcome) => Promise<unknown>, string]>([
    ["an ignored file", (run) => run.write(textFile("x.log", "mine")), "x.log"],
    ["an ignored file that is the same", (run) => run.write(textFile("x.log", "theirs")), "x.log"],
    ["an ignored file in the place of a directory", (run) => run.write(textFile("dir.log", "mine")), "dir.log/x"],
    ["an ignored file below the place of a file", (run) => run.write(textFile("file/x.log", "mine")), "file"],
    ["a link", (run) => symlink("a.txt", at(run, "file")), "file"],
    ["a link in the place of a directory", (run) => symlink("..", at(run, "dir")), "dir/x"],
    ["a pipe", (run) => promisify(execFile)("mkfifo", [at(run, "file")]), "file"],
    ["a repository without files", (run) => git(String(run.directory), "init", "--quiet", "file"), "file"],
  ])("is refused when there is %s in the way, and changes nothing", async (_what, place, path) => {
    const change = await changeTo(textFile(".gitignore", ""), textFile(path, "theirs"));
    await using run = await repository.open(id("run1"));
    await place(run);
    const before = (await readdir(String(run.directory), { recursive: true })).sort();
    await expect(run.bring(change)).rejects.toMatchObject({ code: "OUTCOME_CONFLICT", details: { paths: [path] } });
    expect((await readdir(String(run.directory), { recursive: true })).sort()).toEqual(before);
    expect(await readFile(at(run, ".gitignore"), "utf8")).toBe("ignored/\n*.log\n");
    await rm(at(run, path.split("/")[0] ?? ""), { recursive: true });
    await run.bring(change);
    expect(await readFile(at(run, path), "utf8")).toBe("theirs");
  });

  it("leaves ignored files alone that are not in the way, and uses directories that are there", async () => {
    const change = await changeTo(textFile("dir/x.txt", "x"), textFile("empty/x.txt", "x"), textFile("nothing", "x"));
    await using run = await repository.open(id("run1"));
    for (const path of ["dir/x.log", "ignored/deep/x"]) await run.write(textFile(path, "mine"));
    for (const path of ["empty", "nothing/in/it"]) await mkdir(at(run, path), { recursive: true });
    await run.bring(change);
    for (const path of ["dir/x.txt", "empty/x.txt", "nothing"]) expect(await readFile(at(run, path), "utf8")).toBe("x");
    await run.bring({ from: change.to, to: change.from });
    for (const path of ["dir/x.log", "ignored/deep/x"]) expect(await readFile(at(run, path), "utf8")).toBe("mine");
    expect((await readdir(String(run.directory))).sort()).toEqual([".gitignore", "a.txt", "dir", "ignored"]);
  });

  it("brings links as links, and writes and removes through none", async () => {
    const outside = join(places.root, "outside");
    await mkdir(outside);
    await writeFile(join(outside, "x"), "outside");
    await using one = await repository.open(id("one"));
    await one.write(textFile("dir/x", "inside"));
    const from = await one.commit({ subject: "from" });
    await rm(at(one, "dir"), { recursive: true });
    await symlink("a.txt", at(one, "dir"));
    const to = await one.commit({ subject: "to" });
    const change = { from: from.commit, to: to.commit };

    await using run = await repository.open(id("run1"), { from: from.commit });
    await run.bring(change);
    expect(await readlink(at(run, "dir"))).toBe("a.txt");
    await run.bring({ from: change.to, to: change.from });
    expect(await readFile(at(run, "dir/x"), "utf8")).toBe("inside");
    await rm(at(run, "dir"), { recursive: true });
    await symlink(outside, at(run, "dir"));
    await expect(run.bring({ from: change.from, to: from.parent ?? "" })).resolves.toBeUndefined();
    await expect(run.bring({ from: from.parent ?? "", to: change.from })).rejects.toMatchObject({ details: { paths: ["dir/x"] } });
    expect(await readdir(outside)).toEqual(["x"]);
    expect((await lstat(at(run, "dir"))).isSymbolicLink()).toBe(true);
    await expect(run.commit({ subject: "x" })).rejects.toMatchObject({ code: "OUTCOME_PATH_INVALID" });
  });

  it("goes on when its files were only touched, and leaves no index behind", async () => {
    const change = await changeTo(textFile("a.txt", "b"));
    await using run = await repository.open(id("run1"));
    await run.write(textFile("own.txt", "own"));
    await utimes(at(run, "a.txt"), 1, 1);
    await run.bring(change);
    expect(await readFile(at(run, "a.txt"), "utf8")).toBe("b");
    expect((await readdir(join(places.directory, "indexes"))).filter((name) => name.startsWith("seed-"))).toEqual([]);
  });

  it("does nothing once it is aborted", async () => {
    const change = await changeTo(textFile("a.txt", "b"));
    await using run = await repository.open(id("run1"));
    const controller = new AbortController();
    const bringing = run.bring(change, { signal: controller.signal });
    controller.abort();
    await expect(bringing).rejects.toMatchObject({ name: "AbortError" });
    expect(await readFile(at(run, "a.txt"), "utf8")).toBe("a");
    await run.bring(change);
    expect(await run.commit({ subject: "x", onlyChanged: true })).toMatchObject({ parent: change.from });
  });
});

describe("commits of changes only", () => {
  const onlyChanged = { subject: "x", onlyChanged: true };

  it("take one process of git when nothing changed", async () => {
    const calls = join(places.root, "calls");
    const counted = join(places.root, "counted");
    await writeFile(counted, `#!/bin/sh\necho >> '${calls}'\nexec git "$@"\n`);
    await chmod(counted, 0o755);
    await using counting = gitOutcomeRepository({ ...places, git: { program: counted, path: process.env["PATH"] } });
    await using run = await counting.open(id("run1"));
    await run.commit(onlyChanged);
    await writeFile(calls, "");
    await run.commit(onlyChanged);
    expect(await readFile(calls, "utf8")).toBe("\n");
  });

  it("see what commands did: same size, removed, replaced by a link, of an ignored file nothing", async () => {
    await using run = await repository.open(id("run1"));
    let last = await run.commit({ subject: "first" });
    const changes = [
      () => writeFile(at(run, "a.txt"), "b"),
      () => chmod(at(run, "a.txt"), 0o755),
      () => rm(at(run, "a.txt")),
      () => symlink(".gitignore", at(run, "a.txt")),
      () => git(String(run.directory), "init", "--quiet", "lib").then(() => run.write(textFile("lib/x", "x"))),
    ];
    for (const change of changes) {
      await change();
      const next = await run.commit(onlyChanged);
      expect(next.parent).toBe(last.commit);
      last = next;
    }
    await run.write(textFile("ignored/x", "x"));
    expect(await run.commit(onlyChanged)).toEqual(last);
  });

  it("refuse what no commit can hold, as often as they are asked", async () => {
    await using run = await repository.open(id("run1"));
    await run.commit(onlyChanged);
    await symlink("/etc/passwd", at(run, "out"));
    for (let time = 0; time < 2; time += 1) await expect(run.commit(onlyChanged)).rejects.toMatchObject({ code: "OUTCOME_PATH_INVALID" });
    await rm(at(run, "out"));
    expect(await run.commit(onlyChanged)).toEqual(run.start);
  });
});
