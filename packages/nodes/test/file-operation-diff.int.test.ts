import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { ArtifactDraft, NodeContext } from "@dad/agent";
import { applyFileOperations, type FileOperations } from "@dad/nodes";
import { afterEach, beforeEach, expect, it } from "vitest";

let folder: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "dad diff ")));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const CONTENT: Readonly<Record<string, string>> = {
  "plain.txt": "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
  "a name with spaces.txt": "one\ntwo",
  "ümlaut and €.txt": "x\r\ny\r\n",
  "gone.txt": "gone\n",
  "dir/moved.txt": "m\n",
  "fences.md": "```ts\ncode\n```\n",
};

const OPERATIONS: FileOperations = [
  { type: "edit_file", path: "plain.txt", edits: [{ find: "2", replace: "two" }] },
  {
    type: "edit_file",
    path: "plain.txt",
    edits: [
      { find: "two", replace: "zwei" },
      { find: "9\n", replace: "neun" },
    ],
  },
  { type: "edit_file", path: "a name with spaces.txt", edits: [{ find: "two", replace: "2\n" }] },
  { type: "edit_file", path: "ümlaut and €.txt", edits: [{ find: "x", replace: "x\nx" }] },
  { type: "create_file", path: "new/dir/n.txt", content: "new\n" },
  { type: "create_file", path: "fences.md", content: "```\n```ts\n```\n", overwrite: true },
  { type: "delete_file", path: "gone.txt" },
  { type: "move_file", path: "dir/moved.txt", to: "moved/to.txt" },
  { type: "edit_file", path: "moved/to.txt", edits: [{ find: "m", replace: "M" }] },
];

async function contentOf(directory: string): Promise<Readonly<Record<string, string>>> {
  const files = (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).toSorted();
  return Object.fromEntries(await Promise.all(paths.map(async (path) => [path.slice(directory.length + 1), await readFile(path, "utf8")])));
}

it("keeps differences that git applies to what was there before, with the same result", async () => {
  const [workspace, twin] = [join(folder, "workspace"), join(folder, "twin")];
  for (const [path, text] of Object.entries(CONTENT)) {
    await mkdir(dirname(join(workspace, path)), { recursive: true });
    await writeFile(join(workspace, path), text);
  }
  await cp(workspace, twin, { recursive: true });
  const patch = join(folder, "changes.diff");
  const used: Pick<NodeContext, "signal" | "workspace" | "outcome" | "record"> = {
    signal: new AbortController().signal,
    workspace,
    outcome: undefined,
    async record({ data }: ArtifactDraft) {
      await writeFile(patch, data as string);
      return undefined;
    },
  };
  const { nodeType, settings } = applyFileOperations({ operations: OPERATIONS });
  await nodeType.execute(used as NodeContext, { settings: nodeType.settings.parse(settings), input: undefined });
  await promisify(execFile)("git", ["apply", patch], { cwd: twin, env: { ...process.env, GIT_CEILING_DIRECTORIES: folder } });
  expect(await contentOf(twin)).toEqual(await contentOf(workspace));
});
