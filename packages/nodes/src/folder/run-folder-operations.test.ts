import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runNode, testingContext } from "../testing-context.ts";
import { addTo, type FolderContent, testingFolder } from "../testing-folder.ts";
import type { FolderOperation } from "./folder-operation.ts";
import { runFolderOperations } from "./run-folder-operations.ts";

type Settings = Parameters<typeof runFolderOperations>[0];

const CONTENT = {
  ".gitignore": "*.log\n",
  "src/a.ts": "/** Doc. */\nexport function a() {}\n",
  "src/deep/b.py": "def b(): pass\nneedle and needle\nneedle\n",
  "src/c.log": "needle\n",
  "docs/d.md": "# D\n\nA needle.\n",
  "pic.png": new Uint8Array([0, 1, 2]),
};

async function run(settings: Settings, content: FolderContent = CONTENT) {
  await using folder = await testingFolder(content);
  return await runNode(runFolderOperations(settings), testingContext({ workspace: folder.path }).context);
}

describe("runFolderOperations", () => {
  it("analyzes a folder: paths are from the directory (row 96)", async () => {
    const { directory, failed, results } = await run({
      operations: [{ type: "analyze_folder", path: "src", content: "preview", previewLines: 1, tree: true }],
    });
    expect([directory, failed]).toEqual([".", 0]);
    expect(results).toMatchObject([
      {
        type: "analyze_folder",
        path: "src",
        status: "completed",
        tree: "src/\n├── a.ts\n└── deep/\n    └── b.py",
        files: [
          { path: "src/a.ts", bytes: 35, content: "/** Doc. */\n", truncated: true },
          { path: "src/deep/b.py", bytes: 39, content: "def b(): pass\n", truncated: true },
        ],
        omitted: { ignored: 1 },
        complete: true,
        reached: [],
      },
    ]);
    expect((await run({ operations: [{ type: "analyze_folder", path: "src" }] })).results[0]).not.toHaveProperty("tree");
  });

  it("analyzes a file, also one that a .gitignore names (row 96)", async () => {
    const { results } = await run({
      directory: "src",
      operations: [
        { type: "analyze_file", path: ["a.ts", "deep/b.py"], content: "structure", detail: "full" },
        { type: "analyze_file", path: "c.log", content: "text", stats: true, includeRoot: true },
      ],
    });
    expect(results.map(({ file }) => file)).toMatchObject([
      { path: "a.ts", content: "export function a() [2]\n  Doc." },
      { path: "deep/b.py", outline: [{ kind: "function", name: "b" }] },
      { path: "src/c.log", content: "needle\n", kind: "text", lines: 1, words: 1 },
    ]);
  });

  it("finds files by name and by what is in them (row 96)", async () => {
    const { results } = await run({
      operations: [
        { type: "find_files", path: ".", include: ["*.ts", "docs/*"] },
        { type: "find_files", path: ".", text: "needle" },
        { type: "find_files", path: "src", text: "needle", include: ["*.py"], includeRoot: true, respectGitignore: false },
        { type: "find_files", path: ".", text: "nowhere" },
      ],
    });
    expect(results.map(({ files }) => files)).toEqual([
      [
        { path: "docs/d.md", bytes: 15 },
        { path: "src/a.ts", bytes: 35 },
      ],
      [
        { path: "docs/d.md", bytes: 15, foundAt: [3] },
        { path: "src/deep/b.py", bytes: 39, foundAt: [2, 3] },
      ],
      [{ path: "src/deep/b.py", bytes: 39, foundAt: [2, 3] }],
      [],
    ]);
    expect(results[1]?.omitted).toMatchObject({ binary: 1, ignored: 1 });
  });

  it("ends a search at the limit for files only when there are more that match", async () => {
    const find = (maxFiles: number) => run({ operations: [{ type: "find_files", path: ".", text: "needle", maxFiles }] });
    expect((await find(2)).results).toMatchObject([{ complete: true, reached: [] }]);
    expect((await find(1)).results).toMatchObject([{ files: [{ path: "docs/d.md" }], complete: false, reached: ["maxFiles"] }]);
  });

  it("gives the structure of a folder and of a file, without content (row 96)", async () => {
    const { results } = await run({ operations: [{ type: "get_structure", path: ["docs", "src/a.ts"], stats: true }] });
    expect(results).toMatchObject([
      { tree: "docs/\n└── d.md", files: [{ path: "docs/d.md", bytes: 15, kind: "markdown" }], stats: { files: 1, bytes: 15 } },
      { tree: "src/a.ts", files: [{ path: "src/a.ts", bytes: 35, kind: "typescript" }] },
    ]);
    expect(JSON.stringify(results)).not.toContain("content");
  });

  it("draws a tree, and nothing else (row 96)", async () => {
    const { results } = await run({ operations: [{ type: "get_tree_diagram", path: "./", tree: { files: false } }] });
    expect(results).toMatchObject([{ path: "./", tree: "./\n├── docs/\n└── src/\n    └── deep/" }]);
    expect(results[0]).not.toHaveProperty("files");
  });

  it("holds the limits of an operation over its paths, and those of the node over all operations", async () => {
    const one = { type: "analyze_file", path: ["docs/d.md", "src/a.ts"], content: "text" } as const;
    const contents = async (settings: Settings) => (await run(settings)).results.map(({ file }) => file?.content?.length);
    expect(await contents({ operations: [{ ...one, maxTotalBytes: 20 }] })).toEqual([15, 5]);
    expect(await contents({ operations: [one, one], maxTotalBytes: 60 })).toEqual([15, 35, 10, undefined]);
    expect(await contents({ operations: [one, one], maxTotalWords: 5 })).toEqual([15, 3, undefined, undefined]);
  });

  it.each([
    ["analyze_folder", "gone", "DIRECTORY_UNUSABLE"],
    ["analyze_folder", "src/a.ts", "DIRECTORY_UNUSABLE"],
    ["analyze_folder", "../x", "DIRECTORY_UNUSABLE"],
    ["analyze_file", "gone", "FILE_UNUSABLE"],
    ["analyze_file", "src", "FILE_UNUSABLE"],
    ["analyze_file", "/etc/passwd", "FILE_UNUSABLE"],
    ["analyze_file", "src/../pic.png", "FILE_UNUSABLE"],
    ["analyze_file", "link", "FILE_UNUSABLE"],
    ["analyze_file", "way/secret", "DIRECTORY_UNUSABLE"],
    ["analyze_file", ".git/config", "FILE_UNUSABLE"],
    ["find_files", "way", "DIRECTORY_UNUSABLE"],
    ["get_structure", "link", "DIRECTORY_UNUSABLE"],
    ["get_structure", "way/secret", "DIRECTORY_UNUSABLE"],
    ["get_tree_diagram", "way", "DIRECTORY_UNUSABLE"],
  ] as const)("refuses %s of %j, or says so in its result", async (type, path, code) => {
    await using outside = await testingFolder({ secret: "confidential" });
    await using folder = await testingFolder({ ...CONTENT, ".git/config": "confidential" });
    await addTo(folder.path, { link: { link: join(outside.path, "secret") }, way: { link: outside.path } });
    const { context } = testingContext({ workspace: folder.path });
    const operations = [
      { type, path },
      { type: "get_tree_diagram" as const, path: "docs" },
    ] as FolderOperation[];
    const failure = runNode(runFolderOperations({ operations }), context);
    await expect(failure).rejects.toMatchObject({ code: "FOLDER_OPERATION_FAILED", details: { index: 0, type, path }, cause: { code } });
    const output = await runNode(runFolderOperations({ operations, failFast: false }), context);
    expect(output).toMatchObject({
      failed: 1,
      results: [
        { type, path, status: "failed", code },
        { status: "completed", tree: "docs/\n└── d.md" },
      ],
    });
    expect(JSON.stringify(output)).not.toContain("confidential");
  });

  it("is given at least one operation, with settings that its type has", async () => {
    await expect(run({ operations: [] })).rejects.toThrow("operations");
    await expect(run({ operations: [{ type: "get_tree_diagram", path: ".", content: "text" } as never] })).rejects.toThrow("content");
    await expect(run({ operations: [{ type: "analyze_file", path: ".", detail: "full" }] })).rejects.toThrow("detail");
  });
});
