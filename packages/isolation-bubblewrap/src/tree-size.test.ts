import { link, lstat, mkdir, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { treeSize } from "./tree-size.ts";

describe("the size of a tree", () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "dad-tree-size-"));
    await writeFile(join(root, "file"), "12345");
  });
  afterEach(async () => rm(root, { recursive: true, force: true }));

  async function allocated(name: string): Promise<number> {
    return (await lstat(join(root, name))).blocks * 512;
  }

  it("is that of its files, holes included", async () => {
    const before = await treeSize(root);
    await using file = await open(join(root, "hole"), "w");
    await file.truncate(1024 * 1024);
    expect((await treeSize(root)) - before).toBe(1024 * 1024);
  });

  it("is no less than what the disk has of it: of many small files, and of directories", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `small-${index}`);
    const before = await treeSize(root);
    for (const name of names) await writeFile(join(root, name), "12345");
    await mkdir(join(root, "directory"));
    const sizes = await Promise.all([...names.map(async (name) => Math.max(5, await allocated(name))), allocated("directory")]);
    expect((await treeSize(root)) - before).toBe(sizes.reduce((sum, size) => sum + size));
  });

  it("counts a file with several names once", async () => {
    const before = await treeSize(root);
    await link(join(root, "file"), join(root, "other"));
    expect(await treeSize(root)).toBe(before);
  });

  it("counts of an upper half nothing that was only given, and of the rest what is on the disk", async () => {
    const { ctimeNs } = await lstat(join(root, "file"), { bigint: true });
    expect(await treeSize(root, { givenNs: ctimeNs + 1n })).toBe(0);
    await using file = await open(join(root, "hole"), "w");
    await file.truncate(1024 * 1024);
    expect(await treeSize(root, { givenNs: ctimeNs })).toBe(await allocated("file"));
  });
});
