import { fork } from "node:child_process";
import { once } from "node:events";
import { chmod, link, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type GitOutcomeOptions, gitOutcomeRepository, type OutcomeNeeds, workTreeLitter } from "@dad/outcome-git";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { git, openPlaces, type Places, textFile } from "./places.ts";
import { commitFiles, makeProject } from "./project.ts";

const runId = RunId.parse("run1");
let places: Places;

beforeEach(async () => {
  places = await openPlaces([textFile("a.txt", "a"), textFile(".gitignore", ".env*\nbuild/\n/runs/\n*.log\n.dadinclude\n")]);
});
afterEach(() => places[Symbol.asyncDispose]());

async function put(files: Readonly<Record<string, string | Uint8Array>>, root = places.seed): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

async function filesIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1));
  return files.sort();
}

async function opened(options: GitOutcomeOptions = places): Promise<string[]> {
  await using repository = gitOutcomeRepository(options);
  await using run = await repository.open(runId);
  return await filesIn(String(run.directory));
}

const invalid = (reason: string): object => ({ code: "OUTCOME_INCLUDE_INVALID", message: expect.stringContaining(reason) as unknown });

it("never becomes part of an outcome, whatever the run ignores by then, also when it is resumed or cleared away", async () => {
  await put({ ".dadinclude": ".env\n", ".env": "KEY=value" });
  const write = (root: string, path: string, text: string) => writeFile(join(root, path), text);
  await using repository = gitOutcomeRepository(places);
  const run = await repository.open(runId);
  await write(String(run.directory), ".gitignore", "");
  await write(String(run.directory), ".env", "KEY=other");
  const names = async (revision: string) => (await git(places.directory, "ls-tree", "-r", "--name-only", revision)).split("\n").filter(Boolean);
  expect(await names((await run.commit({ subject: "x" })).commit)).toEqual([".gitignore", "a.txt"]);

  const resumed = await repository.open(runId, { resume: true });
  await write(String(run.directory), "b.txt", "b");
  expect(await names((await resumed.commit({ subject: "y" })).commit)).toEqual([".gitignore", "a.txt", "b.txt"]);
  await write(String(run.directory), "c.txt", "c");
  const needs: OutcomeNeeds = { byRun: () => undefined, byAge: () => undefined, whileNobodyWorks: async (_runId, work) => work() };
  for await (const tree of workTreeLitter({ repositories: [places.directory], workDirectory: places.workDirectory }, needs))
    expect(await tree.around?.(async () => true)).toBe(true);
  expect(await names("refs/dad/snapshots/run1")).toEqual([".gitignore", "a.txt", "b.txt", "c.txt"]);
  await resumed[Symbol.asyncDispose]();
  await run[Symbol.asyncDispose]();
  expect(await readdir(join(places.directory, "indexes"))).toEqual([]);
});

describe("a working tree gets what .dadinclude names", () => {
  it("of the files that are ignored, with their permissions, and it becomes no part of the outcome", async () => {
    await put({
      ".dadinclude": "# what it needs\n.env\n/build/*\n!build/tmp/\na.txt\n",
      ".env": "KEY=value",
      ".env.local": "not named",
      "sub/.env": "nested",
      "build/tool": "#!/bin/sh\n",
      "build/ü\n.txt": "odd",
      "build/tmp/x": "left out by the list",
      "kept.log": "not named",
    });
    await chmod(join(places.seed, "build", "tool"), 0o750);
    await chmod(join(places.seed, ".env"), 0o400);
    await link(join(places.seed, "build", "tool"), join(places.root, "another name of it"));
    await using repository = gitOutcomeRepository(places);
    await using run = await repository.open(runId);
    const root = String(run.directory);
    const tracked = [".gitignore", "a.txt"];
    expect(await filesIn(root)).toEqual([".env", ...tracked, "build/tool", "build/ü\n.txt", "sub/.env"].sort());
    expect([await readFile(join(root, ".env"), "utf8"), (await stat(join(root, ".env"))).mode & 0o777]).toEqual(["KEY=value", 0o400]);
    expect((await stat(join(root, "build", "tool"))).mode & 0o777).toBe(0o750);
    await run.write(textFile("b.txt", "b"));
    const { commit } = await run.commit({ subject: "Work" });
    expect((await git(places.directory, "ls-tree", "-r", "--name-only", commit)).trim().split("\n")).toEqual([...tracked, "b.txt"]);
  });

  it("from the working copy of the project when the run starts from a revision of it, also when its tree is made anew", async () => {
    const project = join(places.root, "own");
    await makeProject(project, { "a.txt": "a", ".gitignore": ".env\n" });
    await put({ ".dadinclude": ".env\n", ".env": "1" }, project);
    const options = { ...places, project };
    await using repository = gitOutcomeRepository(options);
    await using run = await repository.open(runId, { revision: "main" });
    expect(await readFile(join(String(run.directory), ".env"), "utf8")).toBe("1");
    await run[Symbol.asyncDispose]();
    await put({ ".env": "2" }, project);
    await using again = await repository.open(runId, { revision: "main", resume: true });
    expect(await readFile(join(String(again.directory), ".env"), "utf8")).toBe("2");
    await using rerun = await repository.open(RunId.parse("rerun"), { from: run.start.commit });
    expect(await filesIn(String(rerun.directory))).toEqual([".env", ".gitignore", "a.txt"]);
  });

  it("when the run goes on, whose process was killed before everything was there", async () => {
    const project = join(places.root, "own");
    await makeProject(project, { "a.txt": "a", ".gitignore": ".env\n" });
    await put({ ".dadinclude": ".env\n", ".env": "1" }, project);
    const program = join(places.root, "git");
    await writeFile(program, `#!/bin/sh\ncase " $* " in *" --exclude-from="*) kill -9 $PPID ;; esac\nexec git "$@"\n`, { mode: 0o755 });
    const { directory, workDirectory } = places;
    const killed = JSON.stringify({ directory, workDirectory, project, git: { program, path: process.env["PATH"] } });
    const opener = join(import.meta.dirname, "project-opener.ts");
    const [, signal] = (await once(fork(opener, [killed, "main", runId], { execArgv: ["--conditions=@dad/source"] }), "exit")) as unknown[];
    expect(signal).toBe("SIGKILL");
    await using repository = gitOutcomeRepository({ directory, workDirectory, project });
    await using run = await repository.open(runId, { revision: "main", resume: true });
    expect(await filesIn(String(run.directory))).toEqual([".env", ".gitignore", "a.txt"]);
    expect(run.start.source?.revision).toBe("main");
  });

  it("of directories that ignore themselves", async () => {
    await put({ ".dadinclude": ".venv/\n", ".venv/.gitignore": "*\n", ".venv/lib/x": "x" });
    expect(await opened()).toEqual([".gitignore", ".venv/.gitignore", ".venv/lib/x", "a.txt"]);
  });

  it("and no link, and nothing behind one", async () => {
    await put({ ".dadinclude": "build/\n", "build/x": "x", "../outside/secret": "secret" });
    await symlink(join(places.root, "outside", "secret"), join(places.seed, "build", "link"));
    await symlink(join(places.root, "outside"), join(places.seed, "build", "directory"));
    expect(await opened()).toEqual([".gitignore", "a.txt", "build/x"]);
    await rm(join(places.seed, "build"), { recursive: true });
    await symlink(join(places.root, "outside"), join(places.seed, "build"));
    await using repository = gitOutcomeRepository(places);
    await using run = await repository.open(RunId.parse("run2"));
    expect(await filesIn(String(run.directory))).toEqual([".gitignore", "a.txt"]);
  });

  it("and nothing in the place of what it has", async () => {
    const project = join(places.root, "own");
    await makeProject(project, { build: "a file", ".gitignore": "build/\n.dadinclude\n" });
    await rm(join(project, "build"));
    await put({ ".dadinclude": "build/\n", "build/x": "x" }, project);
    await using repository = gitOutcomeRepository({ ...places, project });
    await using run = await repository.open(runId, { revision: "main" });
    expect(await run.read("build")).toEqual(textFile("build", "a file"));
  });

  it("and nothing of other runs, which may be inside the project", async () => {
    const inside = { seed: places.seed, directory: join(places.seed, "runs", "outcome"), workDirectory: join(places.seed, "runs", ".dad", "work") };
    await put({ ".dadinclude": "**/.env\n", ".env": "own", "runs/run0/files/.env": "of another", "runs/.dad/work/run0/.env": "of another" });
    expect(await opened(inside)).toEqual([".env", ".gitignore", "a.txt"]);
  });
});

describe("what cannot be included is told", () => {
  it.each([
    ["is no text", async () => put({ ".dadinclude": new Uint8Array([46, 0, 47]) })],
    ["it is a directory", async () => mkdir(join(places.seed, ".dadinclude"))],
    ["it is a link", async () => symlink("/etc/hostname", join(places.seed, ".dadinclude"))],
    ["1048576 are read", async () => put({ ".dadinclude": Buffer.alloc(2 ** 20 + 1, "x\n") })],
  ])("of a list: %s", async (reason, plant) => {
    await plant();
    await expect(opened()).rejects.toMatchObject(invalid(`${join(places.seed, ".dadinclude")} cannot be included in a working tree`));
    await expect(opened()).rejects.toMatchObject(invalid(reason));
    await rm(join(places.seed, ".dadinclude"), { recursive: true });
    expect(await opened()).toEqual([".gitignore", "a.txt"]);
  });

  it("when what the run starts from does not ignore it, so that it would become part of the outcome", async () => {
    const project = join(places.root, "own");
    await makeProject(project, { "a.txt": "a" });
    await put({ ".dadinclude": ".env\n", ".gitignore": ".env\n.dadinclude\n", ".env": "secret" }, project);
    await using repository = gitOutcomeRepository({ ...places, project });
    await expect(repository.open(runId, { revision: "main" })).rejects.toMatchObject(invalid(`${join(project, ".env")} cannot be included`));
    expect(await git(places.directory, "for-each-ref", "refs/heads/run", "refs/dad/sources", "refs/dad/base")).toBe("");
    await commitFiles(project, {});
    await using run = await repository.open(runId, { revision: "main" });
    expect(await filesIn(String(run.directory))).toEqual([".env", ".gitignore", "a.txt"]);
  });
});
