import { chmod, lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DadError } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { applyFileOperations } from "./apply-file-operations.ts";
import { EditOperations, FileOperation, FileOperations } from "./file-operation.ts";
import { isGitName } from "../guarded-path.ts";
import { runNode, testingContext } from "../testing-context.ts";
import { contentOf, type FolderContent, testingFolder } from "../testing-folder.ts";

async function applyIn(workspace: string, operations: FileOperations, directory = ".") {
  return runNode(applyFileOperations({ operations, directory }), testingContext({ workspace }).context);
}

/** What the operations make of a folder, and what they say of it. */
async function apply(content: FolderContent, operations: FileOperations) {
  await using folder = await testingFolder(content);
  const output = await applyIn(folder.path, operations);
  return { output: output.operations, content: await contentOf(folder.path) };
}

const create = (path: string, content = ""): FileOperation => ({ type: "create_file", path, content });
const edit = (path: string, ...edits: [string, string][]): FileOperation => ({
  type: "edit_file",
  path,
  edits: edits.map(([find, replace]) => ({ find, replace })),
});

describe("applyFileOperations", () => {
  it("does each kind of operation and says what it did", async () => {
    const before = { "a.ts": "one\ntwo\nthree\n", "b.ts": "b", "c.ts": "c", "old/x": "x", "old/y/z": "z" };
    const { output, content } = await apply(before, [
      create("new/deep/n.ts", "1\n2\n"),
      edit("a.ts", ["two", "2\n2.5"]),
      { type: "delete_file", path: "b.ts" },
      { type: "move_file", path: "c.ts", to: "moved/c.ts" },
      { type: "create_directory", path: "empty/inner" },
      { type: "delete_directory", path: "old" },
    ]);
    expect(content).toEqual({ "a.ts": "one\n2\n2.5\nthree\n", "moved/c.ts": "c", "new/deep/n.ts": "1\n2\n", "empty/inner": null });
    const done = { status: "done" };
    expect(output.map(({ diff: _diff, ...rest }) => rest)).toEqual([
      { type: "create_file", path: "new/deep/n.ts", ...done, added: 2, removed: 0 },
      { type: "edit_file", path: "a.ts", ...done, added: 2, removed: 1 },
      { type: "delete_file", path: "b.ts", ...done, added: 0, removed: 1 },
      { type: "move_file", path: "c.ts", ...done, to: "moved/c.ts" },
      { type: "create_directory", path: "empty/inner", ...done },
      { type: "delete_directory", path: "old", ...done, added: 0, removed: 2 },
    ]);
  });

  it("judges each operation on what the ones before it leave", async () => {
    const { content } = await apply({ "d/keep": "k", a: "1" }, [
      { type: "delete_directory", path: "d" },
      create("d", "now a file"),
      { type: "move_file", path: "a", to: "b" },
      edit("b", ["1", "2"]),
      create("a", "fresh"),
      { type: "move_file", path: "b", to: "e/b" },
      edit("e/b", ["2", "3"]),
      create("f/g", "g"),
      { type: "delete_directory", path: "f" },
      { type: "create_directory", path: "f" },
    ]);
    expect(content).toEqual({ a: "fresh", d: "now a file", "e/b": "3", f: null });
  });

  it("does not see in a directory that was made again what was in it before", async () => {
    const failure = apply({ "d/x": "x" }, [
      { type: "delete_directory", path: "d" },
      { type: "create_directory", path: "d" },
      edit("d/x", ["x", "y"]),
    ]);
    await expect(failure).rejects.toThrow('operations[2] (edit_file "d/x"): there is no such file. Nothing was changed.');
  });

  it("makes edits in order, takes replacements as they are, and keeps mode, byte order mark and line ends", async () => {
    await using folder = await testingFolder({ "run.sh": "\ufeffa\r\nb\r\n" });
    await chmod(join(folder.path, "run.sh"), 0o755);
    await applyIn(folder.path, [edit("run.sh", ["b", "$& $1 $$ $`"], ["$1", "c"])]);
    expect(await readFile(join(folder.path, "run.sh"), "utf8")).toBe("\ufeffa\r\n$& c $$ $`\r\n");
    expect((await lstat(join(folder.path, "run.sh"))).mode & 0o777).toBe(0o755);
  });

  it("replaces a file only when it is told to, and counts the lines that differ", async () => {
    const { output } = await apply({ a: "1\n2\n3\n" }, [{ type: "create_file", path: "a", content: "1\nx\ny\n3\n", overwrite: true }]);
    expect(output).toMatchObject([
      { type: "create_file", path: "a", added: 2, removed: 1, diff: expect.stringContaining("\n-2\n+x\n+y\n 3\n") as string },
    ]);
  });

  it("moves a directory with everything in it, and sees it where it is from then on", async () => {
    const { content } = await apply({ "d/x": "1", "d/sub/y": "2", "d/gone": "3" }, [
      edit("d/x", ["1", "one"]),
      { type: "delete_file", path: "d/gone" },
      { type: "move_file", path: "d", to: "e/f" },
      edit("e/f/sub/y", ["2", "two"]),
      edit("e/f/x", ["one", "uno"]),
      create("e/f/gone", "again"),
      create("d/x", "new"),
      { type: "move_file", path: "e/f/sub", to: "sub" },
    ]);
    expect(content).toEqual({ "d/x": "new", "e/f/gone": "again", "e/f/x": "uno", "sub/y": "two" });
  });

  it("keeps all of the mode bits of a file that it edits", async () => {
    await using folder = await testingFolder({ f: "a" });
    await chmod(join(folder.path, "f"), 0o2751);
    await applyIn(folder.path, [edit("f", ["a", "b"])]);
    expect((await lstat(join(folder.path, "f"))).mode & 0o7777).toBe(0o2751);
  });

  it.each<[string, FileOperation & { readonly path?: string | undefined }, string]>([
    ["a file that is there", create("a.txt"), "there is such a file already"],
    ["a file where a directory is", create("dir"), "there is a directory already"],
    ["a file below a file", create("a.txt/b"), '"a.txt" is not a directory'],
    ["an edit of nothing", edit("gone", ["a", "b"]), "there is no such file"],
    ["an edit of a directory", edit("dir", ["a", "b"]), "it is a directory"],
    ["an edit of binary data", edit("bin", ["a", "b"]), "not UTF-8 text"],
    ["an edit that matches nowhere", edit("a.txt", ["nope", "b"]), "edits[0].find does not occur"],
    ["an edit that matches twice", edit("a.txt", ["x", "b"]), "edits[0].find occurs more than once"],
    ["an edit that matches twice, overlapping", edit("aaa", ["aa", "b"]), "occurs more than once"],
    ["an edit of what an edit removed", edit("a.txt", ["xyx", "1"], ["y", "2"]), "edits[1].find does not occur"],
    ["a move of a directory into itself", { type: "move_file", path: "dir", to: "dir/in" }, "into itself"],
    ["a move of a file to itself", { type: "move_file", path: "a.txt", to: "a.txt" }, "to itself"],
    ["a look at nothing", { type: "get_file_info", path: "gone" }, "there is no such file or directory"],
    ["a list of a file", { type: "list_directory", path: "a.txt" }, "it is a file"],
    ["a search in a file", { type: "search_files", path: "a.txt", pattern: "x" }, "it is a file"],
    ["a reading of binary data", { type: "read_file", path: "bin" }, "not UTF-8 text"],
    ["a deletion of nothing", { type: "delete_file", path: "gone" }, "there is no such file"],
    ["a deletion of a directory as a file", { type: "delete_file", path: "dir" }, "it is a directory"],
    ["a deletion of a file as a directory", { type: "delete_directory", path: "a.txt" }, "it is a file"],
    ["a move of nothing", { type: "move_file", path: "gone", to: "b" }, "there is no such file"],
    ["a move onto a file", { type: "move_file", path: "a.txt", to: "crlf" }, 'there is a file at "crlf" already'],
    ["a directory where a file is", { type: "create_directory", path: "a.txt" }, '"a.txt" is a file'],
  ])("fails for %s, and changes nothing", async (_what, operation, problem) => {
    const content = { "a.txt": "xyx", aaa: "aaa", crlf: "a\r\nb", "dir/x": "", bin: new Uint8Array([0, 1]) };
    await using folder = await testingFolder(content);
    const before = await contentOf(folder.path);
    const failure = applyIn(folder.path, [create("first", "1"), operation, create("last", "2")]);
    await expect(failure).rejects.toMatchObject({ code: "FILE_OPERATION_FAILED", details: { index: 1, type: operation.type, path: operation.path } });
    await expect(failure).rejects.toThrow(problem);
    await expect(failure).rejects.toThrow(/^operations\[1\] .*Nothing was changed\./);
    expect(await contentOf(folder.path)).toEqual(before);
  });

  it.each(["../x", "a/../../x", "/etc/passwd", "a/./x", "a//b", "", "C:\\x", "a\\..\\x", "a:b", "a\0b", "nul", "x.", "x "])(
    "refuses the path %j, in every place where a path stands",
    async (path) => {
      await using folder = await testingFolder({ a: "a", "b/c": "c" });
      const operations: FileOperation[] = [
        create(path),
        edit(path, ["a", "b"]),
        { type: "delete_file", path },
        { type: "move_file", path: "a", to: path },
        { type: "move_file", path, to: "z" },
        { type: "create_directory", path },
        { type: "delete_directory", path },
        { type: "list_directory", path },
        { type: "search_files", path, pattern: "x" },
        { type: "get_file_info", path },
        { type: "read_file", path },
      ];
      for (const operation of operations) {
        const failure = runNode(applyFileOperations({ operations: [operation] }), testingContext({ workspace: folder.path }).context);
        // The empty path does not even pass the schema.
        await expect(failure).rejects.toSatisfy(
          (error: { code?: string }) => error.code === "FILE_OPERATION_REFUSED" || (path === "" && error instanceof z.ZodError),
        );
      }
      expect(await contentOf(folder.path)).toEqual({ a: "a", "b/c": "c" });
    },
  );

  it.each([".git/config", ".GIT/hooks/x", "sub/.Git", "a/.g\u200cit/config", "GIT~1/config", ".git\u2060"])(
    "refuses %j, which is git's",
    async (path) => {
      await using folder = await testingFolder({ ".git/config": "c" });
      await expect(applyIn(folder.path, [create(path)])).rejects.toMatchObject({ code: "FILE_OPERATION_REFUSED" });
      expect(await contentOf(folder.path)).toEqual({ ".git/config": "c" });
    },
  );

  it("takes ./ before and / behind a path for what they mean", async () => {
    const { output, content } = await apply({ a: "1", "d/x": "x" }, [
      edit("./a", ["1", "2"]),
      create("./new/", "n"),
      { type: "move_file", path: "./d/", to: "./e/" },
      { type: "list_directory", path: "./" },
    ]);
    expect(content).toEqual({ a: "2", new: "n", "e/x": "x" });
    expect(output[2]).toMatchObject({ path: "./d/", to: "e" });
    expect(output[3]?.entries?.map(({ name }) => name)).toEqual(["a", "e", "new"]);
  });

  it.each([
    ["../x", '".." leaves the directory'],
    ["a/../x", '".." leaves the directory'],
    ["/etc/passwd", "it is absolute"],
    ["a//b", "a part of it is empty"],
    ["a/con", '"con" is the name of a device'],
    ["Aux.txt", '"Aux.txt" is the name of a device'],
    ["a:b", 'holds a "\\" or ":"'],
    ["x ", 'ends in "." or " "'],
    ["e\u0301", 'is not in the normal form NFC: write it as "é"'],
    ["a\0b", "a path is relative"],
    [".dad_stage_1/x", "what file operations put aside"],
  ])("says of %j which rule it breaks, and whether it is where something goes", async (path, rule) => {
    const failure = apply({ a: "1" }, [{ type: "move_file", path: "a", to: path }]);
    await expect(failure).rejects.toThrow(`(move_file "a"): ${JSON.stringify(path)} cannot be a path here: `);
    await expect(failure).rejects.toThrow(rule);
  });

  it("takes names for what they are that only look a little like git's", async () => {
    const { content } = await apply({}, [create(".gitignore", "x"), create(".github/ci.yml", "y"), create("git/x", "z")]);
    expect(Object.keys(content)).toEqual([".github/ci.yml", ".gitignore", "git/x"]);
  });

  it("neither deletes nor moves a directory that holds a git repository", async () => {
    await using folder = await testingFolder({ "vendor/lib/.git/config": "c" });
    for (const operation of [
      { type: "delete_directory", path: "vendor" },
      { type: "move_file", path: "vendor", to: "x" },
    ] as const)
      await expect(applyIn(folder.path, [operation])).rejects.toMatchObject({ code: "FILE_OPERATION_REFUSED" });
  });

  it.each<[string, FileOperation]>([
    ["creates behind", create("link/new")],
    ["creates over", { type: "create_file", path: "file", content: "", overwrite: true }],
    ["creates over a dangling one", create("dangling")],
    ["edits", edit("file", ["secret", "x"])],
    ["edits behind", edit("link/secret", ["secret", "x"])],
    ["deletes behind", { type: "delete_file", path: "link/secret" }],
    ["moves from behind", { type: "move_file", path: "link/secret", to: "mine" }],
    ["moves behind", { type: "move_file", path: "own", to: "link/own" }],
    ["makes a directory behind", { type: "create_directory", path: "link/dir" }],
    ["deletes the directory of", { type: "delete_directory", path: "link" }],
    ["moves", { type: "move_file", path: "link", to: "x" }],
    ["reads", { type: "read_file", path: "file" }],
    ["reads behind", { type: "read_file", path: "link/secret" }],
    ["lists", { type: "list_directory", path: "link" }],
    ["searches behind", { type: "search_files", path: "link", pattern: "s" }],
    ["asks about", { type: "get_file_info", path: "link/secret" }],
  ])("refuses an operation that %s a link", async (_how, operation) => {
    await using outside = await testingFolder({ secret: "secret" });
    await using folder = await testingFolder({
      own: "own",
      link: { link: outside.path },
      file: { link: join(outside.path, "secret") },
      dangling: { link: join(outside.path, "x") },
    });
    const before = await contentOf(folder.path);
    await expect(applyIn(folder.path, [operation])).rejects.toMatchObject({ code: "FILE_OPERATION_REFUSED" });
    expect([await contentOf(folder.path), await contentOf(outside.path)]).toEqual([before, { secret: "secret" }]);
  });

  it("deletes a link in a directory, and not what it points to", async () => {
    await using outside = await testingFolder({ secret: "secret" });
    const { content } = await apply({ "d/link": { link: outside.path } }, [{ type: "delete_directory", path: "d" }]);
    expect([content, await contentOf(outside.path)]).toEqual([{}, { secret: "secret" }]);
  });

  it("stays in its directory", async () => {
    await using folder = await testingFolder({ "ok/a": "a", "ok-evil/b": "b" });
    await applyIn(folder.path, [edit("a", ["a", "A"])], "ok");
    await expect(applyIn(folder.path, [edit("../ok-evil/b", ["b", "B"])], "ok")).rejects.toMatchObject({ code: "FILE_OPERATION_REFUSED" });
    await expect(applyIn(folder.path, [], "../elsewhere")).rejects.toMatchObject({ code: "DIRECTORY_UNUSABLE" });
    expect(await contentOf(folder.path)).toEqual({ "ok/a": "A", "ok-evil/b": "b" });
  });

  it("changes nothing when the attempt is aborted", async () => {
    await using folder = await testingFolder();
    const { context, controller } = testingContext({ workspace: folder.path });
    controller.abort(new Error("cancelled"));
    await expect(runNode(applyFileOperations({ operations: [create("a")] }), context)).rejects.toThrow("cancelled");
    expect(await contentOf(folder.path)).toEqual({});
  });

  it("touches nothing outside of its directory, whatever the paths", { timeout: 30_000 }, async () => {
    const part = fc.constantFrom("..", ".", "a", "link", "up", "out", ".git", "b", "", "~", "%2e%2e", "a\\..", "\u2025");
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
    const operation = fc.oneof(
      path.map((path) => create(path, "evil")),
      path.map((path): FileOperation => ({ type: "delete_file", path })),
      path.map((path): FileOperation => ({ type: "delete_directory", path })),
      fc.tuple(path, path).map(([path, to]): FileOperation => ({ type: "move_file", path, to })),
      path.map((path): FileOperation => ({ type: "read_file", path })),
      path.map((path): FileOperation => ({ type: "search_files", path, pattern: "b", text: "OUT" })),
      path.map((path): FileOperation => ({ type: "list_directory", path })),
    );
    const before = { "root/a/b": "ab", "root/link": { link: "../out" }, "root/up": { link: ".." }, "root/.git/b": "g", "out/b": "OUT", b: "OUT" };
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 10 }), async (operations) => {
        await using outside = await testingFolder(before);
        const results = [];
        for (const one of operations) results.push(...(await Promise.allSettled([applyIn(join(outside.path, "root"), [one])])));
        const content = await contentOf(outside.path);
        expect([content["out/b"], content["b"], content["root/.git/b"]]).toEqual(["OUT", "OUT", "g"]);
        expect(JSON.stringify(results.filter(({ status }) => status === "fulfilled"))).not.toMatch(/"content":"OUT|"lines":\[1/);
        expect(Object.keys(content).filter((name) => !name.startsWith("root/"))).toEqual(["b", "out/b"]);
        const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
        expect(failures.filter((failure) => !(failure instanceof z.ZodError) && !DadError.is(failure))).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});

describe("FileOperation", () => {
  const typesIn = (schema: z.ZodType) =>
    [...JSON.stringify(z.toJSONSchema(schema, { io: "input" })).matchAll(/"const":"(\w+)"/g)].map(([, type]) => type);

  it("can be asked of a model, whole or only what edits", () => {
    const editing = ["create_file", "edit_file", "delete_file", "move_file"];
    expect(typesIn(z.object({ operations: EditOperations }))).toEqual(editing);
    expect(typesIn(FileOperations)).toEqual([
      ...editing,
      "create_directory",
      "delete_directory",
      "list_directory",
      "search_files",
      "get_file_info",
      "read_file",
      "list_allowed_directories",
    ]);
  });

  it.each([
    { type: "create_file", path: "a" },
    { type: "run", path: "a" },
    { type: "delete_file", path: "a", force: true },
    { type: "edit_file", path: "a", edits: [{ find: "", replace: "" }] },
  ])("does not take %j", (operation) => {
    expect(FileOperation.safeParse(operation).success).toBe(false);
  });
});

describe("isGitName", () => {
  it.each([".git", ".GIT", ".gIt", "git~1", "GIT~2", ".g\u200dit", "\ufeff.git", ".git\u200e"])("is true for %j", (name) => {
    expect(isGitName(name)).toBe(true);
  });

  it.each(["git", ".gitignore", ".gi", "git~", "x.git", ".git2"])("is false for %j", (name) => {
    expect(isGitName(name)).toBe(false);
  });
});
