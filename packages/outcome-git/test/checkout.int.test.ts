import { execFile } from "node:child_process";
import { appendFile, lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { OutcomeRepository } from "@dad/outcome";
import { gitOutcomeRepository } from "@dad/outcome-git";
import { DadError, RunId } from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { git, openPlaces, type Places, textFile } from "./places.ts";

let places: Places;
let repository: OutcomeRepository;
beforeEach(async () => {
  places = await openPlaces([textFile("a.txt", "a\r\n")]);
  repository = gitOutcomeRepository(places);
  // Makes the repository.
  await repository.find(RunId.parse("run1"));
});
afterEach(async () => {
  await repository[Symbol.asyncDispose]();
  await places[Symbol.asyncDispose]();
});

/** Runs git with something to read, as somebody who writes objects by hand. */
async function gitReading(input: string | Buffer | undefined, ...args: readonly string[]): Promise<string> {
  const env = { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null", LC_ALL: "C" };
  const running = promisify(execFile)("git", ["-C", places.directory, ...args], { env });
  if (input !== undefined) running.child.stdin?.end(input);
  return (await running).stdout.trim();
}

const blob = async (content: string): Promise<string> => gitReading(content, "hash-object", "-w", "--stdin");

/** A commit of a tree with these lines as `git mktree` reads them. */
async function commitOf(...lines: readonly (string | Buffer)[]): Promise<string> {
  const input = Buffer.concat(lines.map((line) => Buffer.concat([Buffer.from(line), Buffer.from("\n")])));
  const tree = await gitReading(input, "mktree", "--missing");
  return gitReading(undefined, "-c", "user.name=x", "-c", "user.email=x@x", "commit-tree", "-m", "by hand", tree);
}

async function treeOf(line: string): Promise<string> {
  return gitReading(`${line}\n`, "mktree", "--missing");
}

/** The path for which a commit is refused. Asserts that nothing is left of the attempt. */
async function refusedPath(commit: string): Promise<unknown> {
  const before = (await readdir(places.root)).toSorted();
  const checkout = repository.checkout(commit, join(places.root, "new", "place"));
  const refusal = await checkout.then(
    () => undefined,
    (error: unknown) => (DadError.is(error, "OUTCOME_PATH_INVALID") ? error.details["path"] : error),
  );
  expect((await readdir(places.root)).toSorted()).toEqual(before);
  expect(await readdir(join(places.directory, "indexes"))).toEqual([]);
  return refusal;
}

describe("a checkout", () => {
  it.each(["..", ".", ".git", ".GIT", "git~1", ".g\u200cit"])("writes nothing of a tree with a directory %j", async (name) => {
    const file = await blob("planted");
    const commit = await commitOf(`100644 blob ${file}\tok`, `040000 tree ${await treeOf(`100644 blob ${file}\tconfig`)}\t${name}`);
    expect(await refusedPath(commit)).toBe(`${name}/config`);
  });

  it.each([
    ["to an absolute path", "z", "/etc/passwd"],
    ["to what is above", "z", "../outside"],
    ["by way of another link", "z", "ok/../../outside"],
  ])("writes nothing of a tree with a link that leads out, %s", async (_what, path, target) => {
    expect(await refusedPath(await commitOf(`100644 blob ${await blob("x")}\tok`, `120000 blob ${await blob(target)}\t${path}`))).toBe(path);
  });

  it("writes nothing of a tree that contradicts itself, or has a place for a repository", async () => {
    const [file, link] = [await blob("x"), await blob("ok")];
    const tree = await treeOf(`100644 blob ${file}\tconfig`);
    expect(await refusedPath(await commitOf(`120000 blob ${link}\tz`, `040000 tree ${tree}\tz`))).toBe("z/config");
    expect(await refusedPath(await commitOf(`100644 blob ${file}\tz`, `120000 blob ${link}\tz`))).toBe("z");
    expect(await refusedPath(await commitOf(`160000 commit ${"1".repeat(40)}\tz`))).toBe("z");
    expect(await refusedPath(await commitOf(`120000 blob ${"1".repeat(40)}\tz`))).toBe("z");
  });

  it("leaves nothing when a file is no longer in the repository", async () => {
    const commit = await commitOf(`100644 blob ${await blob("x")}\ta`, `100644 blob ${"1".repeat(40)}\tlost`);
    const directory = join(places.root, "new", "place");
    await expect(repository.checkout(commit, directory)).rejects.toMatchObject({ code: "OUTCOME_FAILED" });
    expect(await readdir(places.root)).not.toContain("new");
    expect(await readdir(join(places.directory, "indexes"))).toEqual([]);
  });

  it("makes links that stay inside, and files whose names are no text", async () => {
    const file = await blob("#!/bin/sh\n");
    const inner = await gitReading(`120000 blob ${await blob("../tool")}\tup\n`, "mktree");
    const odd = Buffer.from([...Buffer.from(`100644 blob ${file}\tz`), 0xff, 0xfe]);
    const commit = await commitOf(`040000 tree ${inner}\tdir`, `120000 blob ${await blob("nowhere")}\tlink`, `100755 blob ${file}\ttool`, odd);
    const directory = join(places.root, "new");
    expect(await repository.checkout(commit, directory)).toEqual({ files: 4, missing: [] });
    expect(await readdir(join(places.directory, "indexes"))).toEqual([]);
    expect(await readlink(join(directory, "dir", "up"))).toBe("../tool");
    expect(await readlink(join(directory, "link"))).toBe("nowhere");
    expect((await lstat(join(directory, "tool"))).mode & 0o111).not.toBe(0);
    const names = await readdir(directory, { encoding: "buffer" });
    expect(names.map((name) => name.toString("latin1")).toSorted()).toEqual(["dir", "link", "tool", "z\u00ff\u00fe"]);
  });

  it("changes no byte and starts no program, whatever the tree and the settings ask for", async () => {
    const marker = join(places.root, "executed");
    const touch = `"touch '${marker}'; cat"`;
    await appendFile(
      join(places.directory, "config"),
      `[core]\n\tautocrlf = true\n\tfsmonitor = ${touch}\n[filter "planted"]\n\tsmudge = ${touch}\n\trequired = true\n`,
    );
    const hooks = join(places.directory, "hooks");
    await mkdir(hooks, { recursive: true });
    for (const name of ["post-checkout", "post-index-change"]) await writeFile(join(hooks, name), `#!/bin/sh\ntouch '${marker}'\n`, { mode: 0o755 });
    await using run = await repository.open(RunId.parse("run1"));
    const files = [textFile(".gitattributes", "* filter=planted text=auto eol=crlf ident\n"), textFile("b.txt", "b\n$Id$\n")];
    for (const file of files) await run.write(file);
    const { commit } = await run.commit({ subject: "x" });
    const directory = join(places.root, "new");
    await repository.checkout(commit, directory);
    expect(await readFile(join(directory, "b.txt"), "utf8")).toBe("b\n$Id$\n");
    expect(await readFile(join(directory, "a.txt"), "utf8")).toBe("a\r\n");
    expect(await readdir(places.root)).not.toContain("executed");

    // The control: plain git is led by them.
    await git(places.directory, "-c", "core.bare=false", `--work-tree=${join(places.root, "runs")}`, "update-index", "--refresh").catch(() => "");
    expect(await readdir(places.root)).toContain("executed");
  });

  it("goes where a link of the user leads, to a directory that has nothing in it", async () => {
    await using run = await repository.open(RunId.parse("run1"));
    await mkdir(join(places.root, "empty"));
    await symlink("empty", join(places.root, "link"));
    expect(await repository.checkout(run.start.commit, `${join(places.root, "link")}/`)).toMatchObject({ files: 1 });
    expect(await readdir(join(places.root, "empty"))).toEqual(["a.txt"]);
  });
});
