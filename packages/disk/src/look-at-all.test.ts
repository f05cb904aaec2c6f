import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { DiskFs } from "./disk-fs.ts";
import { lookAtAll } from "./look-at-all.ts";
import { nodeDisk } from "./node-disk.ts";

const root = await mkdtemp(join(tmpdir(), "dad look "));
afterAll(() => rm(root, { recursive: true, force: true }));
await writeFile(join(root, "file"), "text");
await mkdir(join(root, "directory"));
await symlink("file", join(root, "link"));

/** A disk that is asked for each file. */
const { lstatAll: _, ...oneByOne } = nodeDisk;

describe.each<[string, DiskFs]>([
  ["that looks at many at once", nodeDisk],
  ["that is asked for each", oneByOne],
])("a disk %s", (_what, disk) => {
  const look = (...names: string[]) =>
    lookAtAll(
      disk,
      names.map((name) => join(root, name)),
    );

  it("tells what each is, in the order of the question", async () => {
    const [directory, missing, file] = await look("directory", "missing", "file");
    expect(directory?.isDirectory()).toBe(true);
    expect(missing).toBeUndefined();
    expect([file?.isFile(), file?.size]).toEqual([true, 4]);
    expect(file).toMatchObject({ ino: expect.any(Number), mtimeMs: expect.any(Number) });
  });

  it("follows no link", async () => {
    const [link] = await look("link");
    expect([link?.isFile(), link?.isDirectory()]).toEqual([false, false]);
  });

  it("fails where a path leads through a file", async () => {
    await expect(look("file", "file/below")).rejects.toMatchObject({ code: "ENOTDIR" });
  });

  it("looks at thousands", async () => {
    const found = await look(...Array.from({ length: 2000 }, (_, index) => (index % 2 ? "file" : "missing")));
    expect(found.map((entry) => entry?.size)).toEqual(Array.from({ length: 2000 }, (_, index) => (index % 2 ? 4 : undefined)));
  });

  it("has nothing to tell of no files", async () => {
    expect(await look()).toEqual([]);
  });
});

it("lets others have their turn between the files of this machine", async () => {
  const turns: string[] = [];
  const looking = lookAtAll(nodeDisk, Array(1000).fill(root)).then(() => turns.push("all"));
  setImmediate(() => turns.push("other"));
  await looking;
  expect(turns).toEqual(["other", "all"]);
});
