import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, link, mkdir, readdir, readFile, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gitOutcomeRepository } from "@dad/outcome-git";
import type { OutcomeRepository, RunOutcome } from "@dad/outcome";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { git, openPlaces, type Places, textFile } from "./places.ts";

const SECRET = "CANARY of somebody else";
let places: Places;
let outside: string;
let repository: OutcomeRepository;
let run: RunOutcome;
let root: string;

beforeEach(async () => {
  places = await openPlaces([textFile("a.txt", "a"), textFile("dir/b.txt", "b")]);
  outside = join(places.root, "outside");
  await mkdir(outside);
  await writeFile(join(outside, "b.txt"), SECRET);
  await openRun();
});
afterEach(async () => {
  // What it could not keep, tests have seen before.
  await Promise.allSettled([repository[Symbol.asyncDispose]()]);
  await places[Symbol.asyncDispose]();
});

async function openRun(options: Partial<Parameters<typeof gitOutcomeRepository>[0]> = {}, name = "run1"): Promise<void> {
  repository = gitOutcomeRepository({ ...places, ...options });
  run = await repository.open(RunId.parse(name));
  root = String(run.directory);
}

const at = (...parts: string[]) => join(root, ...parts);
const commit = async () => (await run.commit({ subject: "x" })).commit;
const show = (id: string, path: string) => git(places.directory, "show", `${id}:${path}`);
const names = async (id: string) => (await git(places.directory, "ls-tree", "-r", "-z", "--name-only", id)).split("\0").filter(Boolean);
const refusal = (path: string, reason: string) => ({ code: "OUTCOME_PATH_INVALID", message: expect.stringContaining(reason), details: { path } });
/** All that was ever put into the repository. */
const objects = (directory = places.directory) => git(directory, "cat-file", "--batch-all-objects", "--batch");

/** Does something to the working tree again and again without a pause, in a process of its own. */
function meanwhile(code: string): AsyncDisposable {
  const program = `const { renameSync, symlinkSync } = require("node:fs");
    const [root, outside, aside] = ${JSON.stringify([root, outside, join(places.root, "aside")])};
    const attempt = (work) => { try { work(); } catch {} };
    ${code}`;
  const child = spawn(process.execPath, ["-e", program], { stdio: "inherit" });
  const exit = once(child, "exit");
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await exit;
    },
  };
}

/** A directory of the tree is one moment itself, and the next one a link to what is outside. */
const SWAP = `symlinkSync(outside, aside + " link");
  for (;;) attempt(() => {
    renameSync(root + "/dir", aside);
    renameSync(aside + " link", root + "/dir");
    renameSync(root + "/dir", aside + " link");
    renameSync(aside, root + "/dir");
  });`;

describe.runIf(process.platform === "linux")("while a command puts a link in the place of a directory", () => {
  it("nothing outside gets into the repository", { timeout: 300_000 }, async () => {
    await using _swapping = meanwhile(SWAP);
    // The control: git itself is led outside.
    const control = join(places.root, "control");
    await git(places.root, "init", "--quiet", "--bare", control);
    while (!(await objects(control)).includes(SECRET)) {
      await rm(join(control, "index"), { force: true });
      await git(root, `--git-dir=${control}`, `--work-tree=${root}`, "add", "--all", ".").catch(() => undefined);
    }
    const ends = new Set<string>();
    for (let count = 0; count < 150; count++) {
      // What has changed is read again.
      await run.write(textFile("a.txt", `${count}`));
      const ended = run.commit({ subject: "x" }).then(
        () => "kept",
        (error: unknown) => String(error instanceof Error && "code" in error ? error.code : error),
      );
      ends.add(await ended);
    }
    expect(ends).toContain("kept");
    ends.delete("kept");
    // In a moment in which the link was there.
    ends.delete("OUTCOME_PATH_INVALID");
    expect([...ends]).toEqual([]);
    expect(await objects()).not.toContain(SECRET);
  });
});

describe.runIf(process.platform === "linux")("while a command puts a link in the place of a directory", () => {
  it("bringing changes writes and removes nothing outside", { timeout: 300_000 }, async () => {
    const from = await commit();
    for (const [path, text] of [
      ["dir/b.txt", "theirs"],
      ["dir/new.txt", "theirs"],
      ["dir/deep/x", "theirs"],
    ] as const)
      await run.write(textFile(path, text));
    const to = await commit();
    await using _swapping = meanwhile(SWAP);
    // The control: who writes by names is led outside.
    while (!(await readdir(outside)).includes("control")) await writeFile(at("dir", "control"), "x").catch(() => undefined);
    await rm(join(outside, "control"));
    const ends = new Set<string>();
    for (let count = 0; count < 150; count++) {
      for (const change of [
        { from: to, to: from },
        { from, to },
      ]) {
        const ended = run.bring(change).then(
          () => "brought",
          (error: unknown) => String(error instanceof Error && "code" in error ? error.code : error),
        );
        ends.add(await ended);
        expect(await readdir(outside)).toEqual(["b.txt"]);
        expect(await readFile(join(outside, "b.txt"), "utf8")).toBe(SECRET);
      }
    }
    expect(ends).toContain("brought");
    for (const end of ["brought", "OUTCOME_CONFLICT", "OUTCOME_PATH_INVALID", "OUTCOME_FAILED"]) ends.delete(end);
    expect([...ends]).toEqual([]);
  });
});

it("keeps neither pipes nor sockets, and waits for none", async () => {
  for (const name of ["a.txt", "dir/b.txt"]) await rm(at(name));
  await promisify(execFile)("mkfifo", [at("a.txt"), at("pipe")]);
  const server = createServer().listen(at("dir", "b.txt"));
  await once(server, "listening");
  await run.write(textFile("c.txt", "c"));
  expect(await names(await commit())).toEqual(["c.txt"]);
  server.close();
});

it.runIf(process.getuid?.() === 0)("keeps no device", async () => {
  await rm(at("a.txt"));
  await promisify(execFile)("mknod", [at("a.txt"), "c", "1", "5"]);
  expect(await names(await commit())).toEqual(["dir/b.txt"]);
  expect(await run.read("a.txt")).toBeUndefined();
});

it("refuses a second name of a file that is outside, and takes one of a file that is inside", async () => {
  await link(at("dir", "b.txt"), at("second"));
  const kept = await commit();
  expect(await show(kept, "second")).toBe("b");
  expect(await run.read("second")).toEqual(textFile("second", "b"));

  await link(join(outside, "b.txt"), at("stolen"));
  await expect(commit()).rejects.toMatchObject(refusal("stolen", "2 names (hard links), 1 of them in the working tree"));
  await expect(run.read("stolen")).rejects.toMatchObject(refusal("stolen", "2 names"));
  await expect(repository[Symbol.asyncDispose]()).rejects.toMatchObject({ code: "OUTCOME_NOT_KEPT" });
  expect(await objects()).not.toContain(SECRET);

  await openRun({ capture: { hardLinks: "any" } }, "run2");
  await link(join(outside, "b.txt"), at("shared"));
  expect(await show(await commit(), "shared")).toBe(SECRET);
});

it("keeps of a program with the rights of its owner that it is a program", async () => {
  await chmod(at("a.txt"), 0o6755);
  expect(await git(places.directory, "ls-tree", await commit(), "a.txt")).toMatch(/^100755 /);
});

it("refuses a file that is too large, by its name, and loses nothing", async () => {
  await writeFile(at("holes"), "");
  await truncate(at("holes"), 2 ** 41);
  await run.write(textFile("work.txt", "work"));
  await expect(commit()).rejects.toMatchObject(refusal("holes", "it has 2199023255552 bytes, more than the 1073741824 of the option fileBytes"));
  await expect(run.read("holes")).rejects.toMatchObject(refusal("holes", "at most 1073741824 are read"));
  expect((await readdir(root)).toSorted()).toEqual(["a.txt", "dir", "holes", "work.txt"]);
  await writeFile(at(".gitignore"), "holes\n");
  expect(await names(await commit())).toEqual([".gitignore", "a.txt", "dir/b.txt", "work.txt"]);
});

it("refuses more changes than are allowed at once", async () => {
  await repository[Symbol.asyncDispose]();
  await openRun({ capture: { changedBytes: 10 } }, "run2");
  for (const name of ["1", "2"]) await run.write(textFile(name, "123456"));
  await expect(commit()).rejects.toMatchObject({
    code: "OUTCOME_PATH_INVALID",
    message: expect.stringContaining("10 bytes of the option changedBytes"),
  });
  await rm(at("2"));
  await commit();
  await run.write(textFile("2", "123456"));
  expect(await names(await commit())).toEqual(["1", "2", "a.txt", "dir/b.txt"]);
});

/** git, before which something is done when it is about to write a commit: its files are not read yet. */
async function gitAfter(commands: string): Promise<string> {
  const program = join(places.root, "git");
  await writeFile(program, `#!/bin/sh\ncase " $* " in *" fast-import "*|*" add "*) ${commands} ;; esac\nexec git "$@"\n`, { mode: 0o755 });
  return program;
}

it("refuses a file that grows beyond the limit before it is read", async () => {
  await repository[Symbol.asyncDispose]();
  const slow = `[ ! -e '${places.root}/grow' ] || cat '${places.root}/grow' >> '${places.workDirectory}/run2/new'`;
  await openRun({ capture: { fileBytes: 100 }, git: { program: await gitAfter(slow) } }, "run2");
  await run.write(textFile("new", "x"));
  // git is started beside: a file is read often enough to be read afterwards.
  await writeFile(join(places.root, "grow"), "x".repeat(100));
  await expect(commit().then(commit)).rejects.toMatchObject(refusal("new", "it has "));
});

it("keeps of a file that grows while it is read, or is cut off, what it was at one moment", async () => {
  const line = `${"x".repeat(99)}\n`;
  await run.write(textFile("log", line.repeat(30_000)));
  await using _writing = meanwhile(`const { appendFileSync, truncateSync } = require("node:fs");
    for (let round = 0; ; round++) attempt(() => (round % 50 ? appendFileSync(root + "/log", ${JSON.stringify(line)}) : truncateSync(root + "/log", 2_000_000)));`);
  for (let count = 0; count < 3; count++) {
    const size = Number(await git(places.directory, "cat-file", "-s", `${await commit()}:log`));
    expect([size % line.length, size >= 2_000_000]).toEqual([0, true]);
  }
});

it.runIf(process.platform === "linux")("keeps nothing that is behind a link which is put there before it is read", async () => {
  await repository[Symbol.asyncDispose]();
  const secret = join(outside, "b.txt");
  const program = await gitAfter(`[ ! -e '${places.root}/now' ] || ln -sf '${secret}' '${places.workDirectory}/run2/new'`);
  await openRun({ git: { program } }, "run2");
  await run.write(textFile("new", "mine"));
  await writeFile(join(places.root, "now"), "");
  const [first] = await Promise.allSettled([commit()]);
  expect(first?.status === "fulfilled" ? await show(first.value, "new") : "mine").toBe("mine");
  // Now it is there.
  await expect(commit()).rejects.toMatchObject(refusal("new", "it is a link that leads out"));
  expect(await objects()).not.toContain(SECRET);
});

it("keeps every name as it is: with a line break, of 255 bytes, and what is no text", async () => {
  const given = ["new\nline", "l".repeat(255), 'quote"and\ttab', "ünïcode", ":(exclude)x", "-x"];
  for (const name of given) await writeFile(at(name), name);
  await writeFile(Buffer.concat([Buffer.from(`${root}/n`), Buffer.from([0xff])]), "no text");
  await symlink("a.txt", Buffer.concat([Buffer.from(`${root}/l`), Buffer.from([0xff])]));
  const kept = await commit();
  expect(await names(kept)).toEqual(expect.arrayContaining([...given, "n\ufffd", "l\ufffd"]));
  const { stdout } = await promisify(execFile)("git", ["-C", places.directory, "ls-tree", "-z", kept], { encoding: "buffer" });
  expect(stdout.includes(Buffer.from([0x6e, 0xff, 0]))).toBe(true);
  for (const name of ["new\nline", 'quote"and\ttab']) expect(await show(kept, name)).toBe(name);
  expect((await run.commit({ subject: "x", onlyChanged: true })).commit).toBe(kept);
});

it("keeps a link in the place of a directory, and none of the files that are behind it", async () => {
  await rename(at("dir"), at("moved"));
  await symlink("moved", at("dir"));
  const kept = await commit();
  expect(await names(kept)).toEqual(["a.txt", "dir", "moved/b.txt"]);
  await rm(at("dir"));
  await symlink(outside, at("dir"));
  await expect(commit()).rejects.toMatchObject(refusal("dir", "it is a link that leads out"));
  // Also when it is not looked at for the first time.
  await expect(commit()).rejects.toMatchObject(refusal("dir", "it is a link that leads out"));
  expect(await objects()).not.toContain(SECRET);
});

it("removes with a working tree nothing that links in it lead to, and also what its owner may not write", async () => {
  await symlink(outside, at("dir", "out"));
  await writeFile(at(".gitignore"), "*\n");
  await mkdir(at("cache", "locked"), { recursive: true });
  await writeFile(at("cache", "locked", "x"), "x");
  for (const path of ["cache/locked", "cache"]) await chmod(at(path), 0o555);
  await run[Symbol.asyncDispose]();
  expect(await readdir(dirname(root))).toEqual([]);
  expect(await readFile(join(outside, "b.txt"), "utf8")).toBe(SECRET);
});
