import { execFileSync } from "node:child_process";
import { link, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readBytes } from "@dad/artifacts";
import { memoryArtifactStore } from "@dad/artifacts/memory";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findInputFiles } from "./find-input-files.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "dad input files "));
});
afterEach(() => rm(root, { recursive: true }));

async function put(path: string, content: string | Uint8Array = path): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

const refusal = (...problems: string[]) => ({
  code: "INPUT_FILES_REFUSED",
  problems: problems.map((problem) => expect.stringContaining(problem) as string),
});

describe("findInputFiles", () => {
  it("gives all files below a directory in the order of their paths, small ones with what they hold", async () => {
    await put("b/c.md", "text");
    await put("a.bin", new Uint8Array(20_000).fill(7));
    await put("empty/x/.hidden", "");
    await mkdir(join(root, "nothing"));
    const artifacts = memoryArtifactStore();
    const found = await findInputFiles([root]);
    const digested = await found.digested();
    for await (const digest of artifacts.list()) expect.fail(`${digest} is kept`);
    expect(digested.map(({ name, path, mediaType, size, data }) => [name, path, mediaType, size, data])).toEqual([
      ["a.bin", "static_inputs/a.bin", "application/octet-stream", 20_000, undefined],
      ["b/c.md", "static_inputs/b/c.md", "text/markdown; charset=utf-8", 4, "dGV4dA=="],
      ["empty/x/.hidden", "static_inputs/empty/x/.hidden", "application/octet-stream", 0, ""],
    ]);
    const kept = await found.keep(artifacts);
    expect(kept).toEqual(digested);
    expect(await Promise.all(kept.map(async (entry) => (await readBytes(artifacts, entry)).length))).toEqual([20_000, 4, 0]);
  });

  it("carries at most 256 KiB of small files in entries", async () => {
    await Promise.all(Array.from({ length: 20 }, (_, at) => put(`${at + 10}`, "x".repeat(16_000))));
    const entries = await (await findInputFiles([root])).digested();
    expect(entries.filter(({ data }) => data !== undefined)).toHaveLength(16);
  });

  it("takes static_inputs.json of the directory itself for values, and no other", async () => {
    await put("static_inputs.json", "{}");
    await put("sub/static_inputs.json", "[]");
    const found = await findInputFiles([root]);
    expect(found.staticInputs.map(({ file, content }) => [file, Buffer.from(content).toString()])).toEqual([
      [join(root, "static_inputs.json"), "{}"],
    ]);
    expect((await found.digested()).map(({ name }) => name)).toEqual(["sub/static_inputs.json"]);
  });

  it("follows a link in the place of the directory, and refuses all below it that is no file of its own, at once", async () => {
    await put("in/a/kept");
    await put("in/twice");
    await link(join(root, "in/twice"), join(root, "elsewhere"));
    await symlink("/etc/passwd", join(root, "in/link"));
    await symlink("a", join(root, "in/linked directory"));
    execFileSync("mkfifo", [join(root, "in/pipe")]);
    await put("in/a/con.txt");
    execFileSync("sh", ["-c", "printf x > \"$0/in/$(printf '\\377')\"", root]);
    await symlink("in", join(root, "named"));
    await expect(findInputFiles([join(root, "named")])).rejects.toMatchObject(
      refusal(
        "in/a/con.txt: it cannot have this name",
        "in/link: it is a link",
        "in/linked directory: it is a link",
        "in/pipe: it is a pipe",
        "in/twice: it has 2 names",
        "its name is no text",
      ),
    );
  });

  it("refuses what would lie in one place, also where a file system does not tell letters apart", async () => {
    for (const path of ["one/a/x", "two/a/x", "two/A/X", "one/Static_inputs.JSON"]) await put(path);
    await expect(findInputFiles([join(root, "one"), join(root, "two")])).rejects.toMatchObject(
      refusal("one/Static_inputs.JSON: a file is called static_inputs.json", "two/A/X: there is ", "two/a/x: there is "),
    );
  });

  it("refuses what is no directory, is not there, or is more than a run is given", async () => {
    await put("file");
    await put("huge/big", "");
    await truncate(join(root, "huge/big"), 1_073_741_825);
    await mkdir(join(root, "deep", ...Array.from({ length: 33 }, () => "d")), { recursive: true });
    await mkdir(join(root, "many"));
    await Promise.all(Array.from({ length: 2_001 }, (_, at) => mkdir(join(root, "many", `${at}`))));
    const directories = ["file", "nope", "huge", "deep", "many"].map((name) => join(root, name));
    await expect(findInputFiles(directories)).rejects.toMatchObject(
      refusal(
        "file is no directory",
        "nope is not there: give a directory",
        "more than 1073741824 bytes",
        "more than 32 levels",
        "more than 2000 entries",
      ),
    );
  });

  it("notices a file that is changed, or gone, after it was looked at", async () => {
    await put("a", "one");
    await put("b", "x".repeat(20_000));
    const found = await findInputFiles([root]);
    await found.digested();
    await put("b", "y".repeat(20_000));
    await expect(found.keep(memoryArtifactStore())).rejects.toMatchObject(refusal("b: it was changed while it was looked at"));
    await rm(join(root, "b"));
    await expect(found.keep(memoryArtifactStore())).rejects.toMatchObject(refusal("b: it was there, and is no more"));
  });

  it("stops when it is asked to", async () => {
    await expect(findInputFiles([root], { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
  });
});
