import { execFile } from "node:child_process";
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, readFile, readlink, realpath, rm, rmdir, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { ArtifactDraft, NodeContext } from "@dad/agent";
import { applyFileOperations, type FileOperation, type FileOperations } from "@dad/nodes";
import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";

let folder: string;
let workspace: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "dad diff ")));
  workspace = join(folder, "workspace");
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Text or bytes by path; `{ link }` is a symbolic link. */
type Content = Readonly<Record<string, string | Uint8Array | { readonly link: string }>>;

async function fill(content: Content): Promise<void> {
  await rm(workspace, { recursive: true, force: true });
  await mkdir(workspace);
  for (const [name, what] of Object.entries(content)) {
    const path = join(workspace, name);
    await mkdir(dirname(path), { recursive: true });
    await (typeof what === "object" && "link" in what ? symlink(what.link, path) : writeFile(path, what));
  }
}

/** What git would have of a directory: the bytes of files and where links lead, with their modes, and no empty directories. */
async function treeOf(directory: string): Promise<Readonly<Record<string, string>>> {
  const entries = (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) => !entry.isDirectory());
  const described = entries.map(async (entry): Promise<[string, string]> => {
    const path = join(entry.parentPath, entry.name);
    const mode = (await lstat(path)).mode & 0o100 ? "program" : "file";
    const content = entry.isSymbolicLink() ? `link ${await readlink(path)}` : `${mode} ${await readFile(path, "latin1")}`;
    return [path.slice(directory.length + 1), content];
  });
  return Object.fromEntries((await Promise.all(described)).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

async function removeEmpty(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) if (entry.isDirectory()) await removeEmpty(join(directory, entry.name));
  if ((await readdir(directory)).length === 0) await rmdir(directory);
}

/** Makes operations in the workspace, and gives their difference. */
async function make(operations: FileOperations, mode: "all-or-nothing" | "each"): Promise<string> {
  let diff = "";
  const used: Pick<NodeContext, "run" | "path" | "signal" | "workspace" | "outcome" | "record" | "exclusively"> = {
    run: { runId: "test" } as NodeContext["run"],
    path: "agent.node" as NodeContext["path"],
    signal: new AbortController().signal,
    workspace,
    outcome: undefined,
    exclusively: (work) => work(),
    async record({ data }: ArtifactDraft) {
      diff = data as string;
      return undefined;
    },
  };
  const { nodeType, settings } = applyFileOperations({ operations, mode });
  await nodeType.execute(used as NodeContext, { settings: nodeType.settings.parse(settings), input: undefined });
  return diff;
}

/** Makes operations, and applies their difference to a copy of what was there before; says what comes of the two. */
async function bothWays(operations: FileOperations, mode: "all-or-nothing" | "each" = "all-or-nothing") {
  const [twin, patch] = [join(folder, "twin"), join(folder, "changes.diff")];
  await rm(twin, { recursive: true, force: true });
  await cp(workspace, twin, { recursive: true, verbatimSymlinks: true });
  // git knows nothing of them, and stops where one is in the way.
  await removeEmpty(twin);
  await mkdir(twin, { recursive: true });
  const diff = await make(operations, mode);
  await writeFile(patch, diff);
  const apply = () =>
    promisify(execFile)("git", ["apply", "--whitespace=nowarn", patch], { cwd: twin, env: { ...process.env, GIT_CEILING_DIRECTORIES: folder } });
  if (diff !== "") await apply();
  return { diff, made: await treeOf(workspace), applied: await treeOf(twin) };
}

const CONTENT: Content = {
  "plain.txt": "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
  "a name with spaces.txt": "one\ntwo",
  "ümlaut and €.txt": "x\r\ny\r\n",
  'with "quotes".txt': "q\n",
  "gone.txt": "gone\n",
  "dir/moved.txt": "m\n",
  "fences.md": "```ts\ncode\n```\n",
  "empty.txt": "",
};

it("keeps differences that git applies to what was there before, with the same result", async () => {
  await fill(CONTENT);
  const edits = [
    { find: "two", replace: "zwei" },
    { find: "9\n", replace: "neun" },
  ];
  const { made, applied } = await bothWays([
    { type: "edit_file", path: "plain.txt", edits: [{ find: "2", replace: "two" }] },
    { type: "edit_file", path: "plain.txt", edits },
    { type: "edit_file", path: "a name with spaces.txt", edits: [{ find: "two", replace: "2\n" }] },
    { type: "edit_file", path: "ümlaut and €.txt", edits: [{ find: "x", replace: "x\nx" }] },
    { type: "edit_file", path: 'with "quotes".txt', edits: [{ find: "q", replace: "Q" }] },
    { type: "create_file", path: "new/dir/n.txt", content: "new\n" },
    { type: "create_file", path: "fences.md", content: "```\n```ts\n```\n", overwrite: true },
    { type: "delete_file", path: "gone.txt" },
    { type: "delete_file", path: "empty.txt" },
    { type: "create_file", path: "new/empty", content: "" },
    { type: "move_file", path: "dir/moved.txt", to: "moved/to.txt" },
    { type: "edit_file", path: "moved/to.txt", edits: [{ find: "m", replace: "M" }] },
  ]);
  expect(applied).toEqual(made);
});

it("has the net change of directories, data that is no text, programs and links in them", async () => {
  const bytes = (seed: number) => Uint8Array.from({ length: 1000 }, (_, index) => (index * seed) % 256);
  await fill({
    "d/a": "a\n",
    "d/sub/b.bin": bytes(7),
    "d/link": { link: "a" },
    "d/run.sh": "#!/bin/sh\n",
    "e/c.bin": bytes(3),
    "e/link": { link: "../d" },
    "e/text": "t\n",
    "f/g": "g\n",
    "h/g": { link: "../d" },
    "turn/text": "t",
    "turn/dir/text": { link: "../text" },
    "swap/1": "one\n",
    "swap/2": bytes(5),
  });
  await chmod(join(workspace, "d/run.sh"), 0o755);
  const { made, applied, diff } = await bothWays([
    { type: "move_file", path: "d", to: "moved/d" },
    { type: "edit_file", path: "moved/d/run.sh", edits: [{ find: "sh\n", replace: "sh -e\n" }] },
    { type: "delete_directory", path: "e" },
    { type: "delete_directory", path: "f" },
    { type: "move_file", path: "h", to: "f" },
    { type: "delete_file", path: "turn/text" },
    { type: "move_file", path: "turn/dir", to: "turned" },
    { type: "move_file", path: "turned", to: "turn/other" },
    { type: "move_file", path: "swap/1", to: "swap/3" },
    { type: "move_file", path: "swap/2", to: "swap/1" },
    { type: "move_file", path: "swap/3", to: "swap/2" },
    { type: "create_file", path: "brief", content: "x" },
    { type: "delete_file", path: "brief" },
  ]);
  expect(applied).toEqual(made);
  expect(Object.keys(applied)).toEqual([
    "f/g",
    "moved/d/a",
    "moved/d/link",
    "moved/d/run.sh",
    "moved/d/sub/b.bin",
    "swap/1",
    "swap/2",
    "turn/other/text",
  ]);
  expect(diff).not.toContain("brief");
});

it("names what it leaves out, and git applies the rest", async () => {
  await fill({ "large.txt": "x\n".repeat(600_000), "moved.txt": "y\n".repeat(600_000), a: "1\n" });
  const { diff, applied } = await bothWays([
    { type: "delete_file", path: "large.txt" },
    { type: "move_file", path: "moved.txt", to: "b.txt" },
    { type: "edit_file", path: "a", edits: [{ find: "1", replace: "2" }] },
    { type: "create_file", path: "new.txt", content: "z\n".repeat(600_000) },
  ]);
  expect(diff).toContain('\nLeft out: "large.txt" (1200000 bytes) to "large.txt" (nothing)\n');
  expect([Object.keys(applied), applied["a"]]).toEqual([["a", "b.txt", "large.txt", "new.txt"], "file 2\n"]);
});

const path = fc.constantFrom("a", "b", "c", "a/a", "a/b", "b/a", "b/a/c", "c/a/b");
const anyOperation: fc.Arbitrary<FileOperation> = fc.oneof(
  fc
    .tuple(path, fc.constantFrom("x", "x\ny\n", ""))
    .map(([at, text]) => ({ type: "create_file" as const, path: at, content: text, overwrite: true })),
  path.map((at) => ({ type: "edit_file" as const, path: at, edits: [{ find: "x", replace: "new\nx" }] })),
  path.map((at) => ({ type: "delete_file" as const, path: at })),
  path.map((at) => ({ type: "delete_directory" as const, path: at })),
  fc.tuple(path, path).map(([from, to]) => ({ type: "move_file" as const, path: from, to })),
);

it("has for any operations what git makes the same of", { timeout: 120_000 }, async () => {
  const operations = fc.array(anyOperation, { maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(operations, operations, async (before, given) => {
      await fill({ "b/binary": "\0", "a/a": "x\n" });
      await make(before, "each");
      const { made, applied } = await bothWays(given, "each");
      expect(applied).toEqual(made);
    }),
    { numRuns: 100 },
  );
});

it("makes all or none also when the process is killed in the middle: the next attempt undoes what was done", async () => {
  const content = { "b/binary": "\0", "gone/x": "x\n", edited: "1\n" };
  await fill(content);
  const operations: FileOperations = [
    { type: "edit_file", path: "edited", edits: [{ find: "1", replace: "2" }] },
    { type: "delete_directory", path: "gone" },
    ...Array.from({ length: 400 }, (_, index) => ({ type: "create_file" as const, path: `many/f${index}`, content: "x\n" })),
    { type: "move_file", path: "b", to: "many/b" },
  ];
  const program = join(import.meta.dirname, "killed-operator.ts");
  const killed = promisify(execFile)(process.execPath, ["--conditions=@dad/source", program, workspace, JSON.stringify(operations), "many/f20"]);
  await expect(killed).rejects.toMatchObject({ signal: "SIGKILL" });
  const half = Object.keys(await treeOf(workspace));
  expect([half.includes("many/f0"), half.includes("b/binary"), half.includes("gone/x")]).toEqual([true, true, false]);
  const git = (...args: string[]) => promisify(execFile)("git", ["--git-dir", join(folder, "git"), "--work-tree", workspace, ...args]);
  await git("init", "--quiet");
  const { stdout } = await git("status", "--porcelain", "--untracked-files=all");
  expect([stdout.includes("many/f0"), stdout.includes(".dad_")]).toEqual([true, false]);
  await make(operations, "all-or-nothing");
  const left = await treeOf(workspace);
  expect([left["edited"], left["many/b/binary"], Object.keys(left).length]).toEqual(["file 2\n", "file \0", 402]);
});
