import { describe, expect, it } from "vitest";
import { runNode, testingContext } from "../testing-context.ts";
import { contentOf, type FolderContent, testingFolder } from "../testing-folder.ts";
import { applyFileOperations } from "./apply-file-operations.ts";
import type { FileOperation } from "./file-operation.ts";

type Settings = Parameters<typeof applyFileOperations>[0];

const create = (path: string, content = ""): FileOperation => ({ type: "create_file", path, content });

/** What the node gives, keeps, commits and leaves in a folder, or how it fails. */
async function apply(content: FolderContent, settings: Settings, { outcome = true }: { readonly outcome?: boolean } = {}) {
  await using folder = await testingFolder(content);
  const { context, artifacts, commits } = testingContext({ workspace: folder.path, outcome });
  const output = await runNode(applyFileOperations(settings), context).catch((error: unknown) => error as Error);
  const left = await contentOf(folder.path);
  if (output instanceof Error) return { error: output, left, commits };
  return { output, left, commits, diff: artifacts.get("changes.diff")?.data };
}

describe("applyFileOperations with allowed directories", () => {
  const content = { "ok/a": "a", "ok-evil/b": "b", "other/c": "c", top: "t" };
  const allowedDirectories = ["ok", "other"];

  it("does what is in one of them, and says which they are", async () => {
    const operations: FileOperation[] = [
      create("ok/new/x"),
      { type: "move_file", path: "ok/a", to: "other/a" },
      { type: "list_directory", path: "ok" },
      { type: "create_directory", path: "other/sub" },
      { type: "list_allowed_directories" },
    ];
    const { output, left } = await apply(content, { operations, allowedDirectories });
    expect(output?.operations.at(-1)).toMatchObject({ path: ".", directories: ["ok", "other"] });
    expect(left).toEqual({ "ok-evil/b": "b", "ok/new/x": "", "other/a": "a", "other/c": "c", "other/sub": null, top: "t" });
  });

  it.each<FileOperation>([
    create("ok-evil/x"),
    create("top2"),
    { type: "edit_file", path: "ok-evil/b", edits: [{ find: "b", replace: "x" }] },
    { type: "move_file", path: "ok/a", to: "ok-evil/a" },
    { type: "move_file", path: "top", to: "ok/top" },
    { type: "delete_file", path: "top" },
    { type: "delete_directory", path: "ok" },
    { type: "move_file", path: "ok", to: "other/ok" },
    { type: "read_file", path: "ok-evil/b" },
    { type: "get_file_info", path: "top" },
    { type: "list_directory", path: "." },
    { type: "list_directory", path: "ok-evil" },
    { type: "search_files", path: ".", pattern: "b" },
    create("ok/../top3"),
  ])("refuses %j, also by a name that only begins the same (D-59)", async (operation) => {
    const { error, left } = await apply(content, { operations: [operation], allowedDirectories });
    expect(error).toMatchObject({ code: "FILE_OPERATION_REFUSED", details: { index: 0 } });
    expect(left).toEqual(content);
  });

  it("looks at all of them where no path is given, and at nothing else", async () => {
    const operations: FileOperation[] = [{ type: "list_directory" }, { type: "search_files", pattern: "a" }];
    const { output } = await apply({ ...content, "ok/sub/aa": "" }, { operations, allowedDirectories: ["other", "ok", "ok/sub"] });
    expect(output?.operations[0]?.entries).toEqual([
      { name: "ok", kind: "directory" },
      { name: "other", kind: "directory" },
    ]);
    expect(output?.operations[1]?.matches?.map(({ path }) => path)).toEqual(["ok/a", "ok/sub/aa"]);
  });

  it("does not take away one that is in another", async () => {
    for (const operation of [{ type: "delete_directory", path: "a/b" } as const, { type: "move_file", path: "a/b", to: "a/x" } as const]) {
      const { error } = await apply({ "a/b/c/d": "" }, { operations: [operation], allowedDirectories: ["a", "a/b/c"] });
      expect(error?.message).toContain("it holds an allowed directory");
    }
  });

  it.each(["gone", "../x", "/tmp", "link", "top"])("does not work with %j for one", async (directory) => {
    const { error } = await apply({ ...content, link: { link: "ok" } }, { operations: [], allowedDirectories: [directory] });
    expect(error).toMatchObject({ code: "DIRECTORY_UNUSABLE", details: { directory } });
    expect(error?.message).toContain(`cannot work in allowedDirectories[0] "${directory}"`);
  });
});

describe("applyFileOperations, one by one", () => {
  const operations: FileOperation[] = [
    create("a", "1"),
    create("a", "2"),
    { type: "edit_file", path: "a", edits: [{ find: "1", replace: "3" }] },
    { type: "delete_file", path: "../x" },
    create("new/b", "b"),
  ];

  it("goes on after one that failed, and says of each how it ended (row 95)", async () => {
    const { output, left, commits } = await apply({}, { operations, mode: "each", commit: "Step" });
    expect(left).toEqual({ a: "3", "new/b": "b" });
    expect(output).toMatchObject({ failed: 2, dryRun: false, commit: { branch: "run/run_1" } });
    expect(output?.operations.map(({ status, problem }) => [status, problem])).toEqual([
      ["done", undefined],
      ["failed", 'operations[1] (create_file "a"): there is such a file already; to replace it, set overwrite. It changed nothing.'],
      ["done", undefined],
      ["failed", expect.stringContaining('".." leaves the directory')],
      ["done", undefined],
    ]);
    expect(commits).toEqual(["Step"]);
  });

  it("plans the same on a dry run", async () => {
    const { output, left, commits, diff } = await apply({}, { operations, mode: "each", dryRun: true, commit: "Step" });
    expect([left, commits]).toEqual([{}, []]);
    expect(output).toMatchObject({ failed: 2, dryRun: true });
    expect(output?.operations.map(({ status }) => status)).toEqual(["planned", "failed", "planned", "failed", "planned"]);
    expect(diff).toContain("+++ b/a\n@@ -0,0 +1,1 @@\n+3\n");
  });
});

describe("applyFileOperations", () => {
  it("writes nothing on a dry run, and tells what it would do (row 95)", async () => {
    const operations: FileOperation[] = [
      { type: "edit_file", path: "a", edits: [{ find: "1", replace: "2" }] },
      { type: "read_file", path: "a" },
    ];
    const { output, left, diff } = await apply({ a: "1\n" }, { operations, dryRun: true });
    expect(left).toEqual({ a: "1\n" });
    expect(output).toMatchObject({ dryRun: true, operations: [{ status: "planned", added: 1 }, { content: "2\n" }] });
    expect(diff).toBe("diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,1 +1,1 @@\n-1\n+2\n");
  });

  it("edits leniently when it is told to", async () => {
    const operations: FileOperation[] = [{ type: "edit_file", path: "a", edits: [{ find: "b\nc", replace: "d" }] }];
    expect((await apply({ a: "\tb \n\tc\n" }, { operations })).error).toMatchObject({ code: "FILE_OPERATION_FAILED" });
    expect((await apply({ a: "\tb \n\tc\n" }, { operations, whitespace: "lenient" })).left).toEqual({ a: "\td\n" });
  });

  it("says of an edit that matches nowhere what is nearest", async () => {
    const operations: FileOperation[] = [{ type: "edit_file", path: "a", edits: [{ find: "one two three", replace: "" }] }];
    const { error } = await apply({ a: "zero\none two  three\n" }, { operations });
    expect(error?.message).toMatch(
      /does not occur in the file\. Nothing was changed\. The nearest place is line 2 .*:\n-one two three\n\+one two {2}three$/,
    );
  });

  it("keeps all of the differences, and gives as much as there is room for", async () => {
    const long = Array.from({ length: 2000 }, (_, index) => `line ${index}\n`).join("");
    const { output, diff } = await apply({}, { operations: Array.from({ length: 40 }, (_, index) => create(`f${index}`, long)) });
    const shown = output?.operations.map((result) => result.diff ?? "") ?? [];
    expect(shown[0]).toMatch(/^diff --git .*\n\+line \d+\n… \d+ more lines\n$/s);
    expect(shown.join("").length).toBeLessThan(70_000);
    expect(JSON.stringify(diff).split(String.raw`\n+line 1999\n`).length).toBe(41);
  });

  it("commits to the outcome once something was changed (row 41, D-60)", async () => {
    expect(await apply({}, { operations: [create("a")], commit: "run_1: A" })).toMatchObject({
      commits: ["run_1: A"],
      output: { commit: { commit: "0".repeat(40) } },
    });
    expect(await apply({ a: "" }, { operations: [{ type: "read_file", path: "a" }], commit: "x" })).toMatchObject({
      commits: [],
      output: { failed: 0 },
    });
    expect((await apply({}, { operations: [create("../a")], commit: "x" })).commits).toEqual([]);
  });

  it("makes no step of the history where nothing is other than before", async () => {
    const same: FileOperation[] = [
      { type: "create_file", path: "a", content: "1", overwrite: true },
      { type: "edit_file", path: "a", edits: [{ find: "1", replace: "1" }] },
      { type: "move_file", path: "a", to: "b" },
      { type: "move_file", path: "b", to: "a" },
      create("c"),
      { type: "delete_file", path: "c" },
      { type: "create_directory", path: "empty" },
      create("build/log"),
    ];
    const { output, commits, diff } = await apply({ a: "1", ".gitignore": "build/\n" }, { operations: same, commit: "x" });
    expect([commits, output?.operations.length]).toEqual([[], 8]);
    expect(diff).toMatch(/^diff --git a\/build\/log b\/build\/log\n[^\n]*\n$/);
    expect(output?.operations[0]).toEqual({ type: "create_file", path: "a", status: "done", added: 0, removed: 0 });
  });

  it("says of files that the outcome leaves out", async () => {
    const operations: FileOperation[] = [create("src/x.log"), create("out/deep/y"), create("src/z"), { type: "move_file", path: "d", to: "out/d" }];
    const files = { ".gitignore": "*.log\n/out/\n", "src/.gitignore": "!keep.log\n", "d/1": "" };
    const { output } = await apply(files, { operations: [...operations, create("src/keep.log")] });
    expect(output?.operations.map(({ ignored }) => ignored)).toEqual([true, true, undefined, true, undefined]);
    expect((await apply(files, { operations: [create("x.log")] }, { outcome: false })).output?.operations[0]).not.toHaveProperty("ignored");
  });

  it("does nothing when it is to commit and the run has no outcome", async () => {
    const { error, left } = await apply({}, { operations: [create("a")], commit: "x" }, { outcome: false });
    expect([error, left]).toEqual([expect.objectContaining({ code: "RUN_WITHOUT_OUTCOME" }), {}]);
  });

  it("does nothing for an empty list, and takes nothing else for a list (D-61)", async () => {
    expect((await apply({ a: "a" }, { operations: [], commit: "x" })).output).toEqual({ operations: [], failed: 0, dryRun: false });
    const { settings } = applyFileOperations({ operations: [] }).nodeType;
    for (const operations of ["", "[]", null, undefined, { type: "create_file" }, [{ type: "create_file", path: "a" }]]) {
      const parsed = settings.safeParse({ operations });
      expect(parsed.success).toBe(false);
      expect(parsed.error?.issues[0]?.path[0]).toBe("operations");
    }
  });

  it("takes settings through its input (row 99)", async () => {
    await using folder = await testingFolder();
    const { context } = testingContext({ workspace: folder.path });
    await runNode(applyFileOperations({ operations: [create("a")] }), context, {
      settings: { operations: [{ type: "create_directory", path: "b" }], dryRun: null },
    });
    expect(await contentOf(folder.path)).toEqual({ b: null });
  });
});
