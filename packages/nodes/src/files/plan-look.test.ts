import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runNode, testingContext } from "../testing-context.ts";
import { type FolderContent, testingFolder } from "../testing-folder.ts";
import { applyFileOperations } from "./apply-file-operations.ts";
import type { FileOperation } from "./file-operation.ts";

/** What the last of the operations tells. */
async function look(content: FolderContent, ...operations: FileOperation[]) {
  await using folder = await testingFolder(content);
  if ("run.sh" in content) await chmod(join(folder.path, "run.sh"), 0o755);
  const { operations: results } = await runNode(applyFileOperations({ operations }), testingContext({ workspace: folder.path }).context);
  return results.at(-1);
}

const CONTENT: FolderContent = {
  "README.md": "Hello\nwide world\nHello\n",
  "run.sh": "#!/bin/sh\nexit",
  "src/a.ts": "hello",
  "src/lib/Read.ts": "Hello",
  "node_modules/x/readme.md": "Hello",
  "bin.readme": new Uint8Array([0, 1]),
  link: { link: "src" },
  ".git/readme": "g",
  empty: null,
};

describe("operations that look", () => {
  it("list a directory as the operations before leave it", async () => {
    await expect(look(CONTENT, { type: "list_directory" })).resolves.toMatchObject({
      path: ".",
      status: "done",
      complete: true,
      entries: [
        { name: "README.md", kind: "file" },
        { name: "bin.readme", kind: "file" },
        { name: "empty", kind: "directory" },
        { name: "link", kind: "link" },
        { name: "node_modules", kind: "directory" },
        { name: "run.sh", kind: "file" },
        { name: "src", kind: "directory" },
      ],
    });
    const changed = await look(
      CONTENT,
      { type: "move_file", path: "src", to: "to/lib" },
      { type: "delete_file", path: "to/lib/a.ts" },
      { type: "create_file", path: "to/lib/new", content: "" },
      { type: "list_directory", path: "to/lib" },
    );
    expect(changed?.entries).toEqual([
      { name: "lib", kind: "directory" },
      { name: "new", kind: "file" },
    ]);
    expect((await look({}, { type: "create_directory", path: "d" }, { type: "list_directory", path: "d" }))?.entries).toEqual([]);
  });

  it("search names in any case, and text, and leave out what they are told to", async () => {
    const found = async (search: Partial<Extract<FileOperation, { type: "search_files" }>>) =>
      (await look(CONTENT, { type: "search_files", pattern: "read", ...search }))?.matches;
    expect((await found({}))?.map(({ path }) => path)).toEqual(["README.md", "bin.readme", "node_modules/x/readme.md", "src/lib/Read.ts"]);
    expect(await found({ exclude: ["node_modules/", "*.ts"] })).toEqual([
      { path: "README.md", kind: "file" },
      { path: "bin.readme", kind: "file" },
    ]);
    expect(await found({ text: "Hello", exclude: ["/node_modules"] })).toEqual([
      { path: "README.md", kind: "file", lines: [1, 3] },
      { path: "src/lib/Read.ts", kind: "file", lines: [1] },
    ]);
    expect(await found({ path: "src", exclude: ["/lib"] })).toEqual([]);
    expect(await found({ path: "src", pattern: "lib" })).toEqual([{ path: "src/lib", kind: "directory" }]);
    expect(await found({ pattern: "link" })).toEqual([{ path: "link", kind: "link" }]);
    expect(await found({ pattern: "link", text: "Hello" })).toEqual([]);
  });

  it("tell what there is to know of a file (D-60)", async () => {
    const info = async (path: string, ...before: FileOperation[]) => (await look(CONTENT, ...before, { type: "get_file_info", path }))?.info;
    expect(await info("run.sh")).toEqual({ kind: "file", bytes: 14, lines: 2, mode: "755" });
    expect(await info("bin.readme")).toMatchObject({ kind: "file", bytes: 2 });
    expect(await info("bin.readme")).not.toHaveProperty("lines");
    expect(await info("src")).toEqual({ kind: "directory" });
    expect(await info(".")).toEqual({ kind: "directory" });
    expect(await info("new", { type: "create_file", path: "new", content: "1\n2\n" })).toEqual({ kind: "file", bytes: 4, lines: 2 });
    expect(await info("new", { type: "create_file", path: "new", content: "" })).toEqual({ kind: "file", bytes: 0, lines: 0 });
  });

  it("read text as the operations before leave it (D-60)", async () => {
    const read = await look(
      CONTENT,
      { type: "edit_file", path: "src/a.ts", edits: [{ find: "hello", replace: "bye" }] },
      { type: "read_file", path: "src/a.ts" },
    );
    expect(read).toEqual({ type: "read_file", path: "src/a.ts", status: "done", content: "bye", complete: true });
  });

  it("say when there is more than they give", async () => {
    const names = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`f${index}`, ""]));
    expect((await look(names, { type: "list_directory" }))?.complete).toBe(false);
    const matches = await look(names, { type: "search_files", pattern: "f" });
    expect([matches?.matches?.length, matches?.complete]).toEqual([500, false]);
    const read = await look({ long: "€".repeat(100_000) }, { type: "read_file", path: "long" });
    expect([read?.content, read?.complete]).toEqual(["€".repeat(87_381), false]);
  });
});
