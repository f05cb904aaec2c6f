import { mkdtemp, lstat, open, rm, writeFile } from "node:fs/promises";
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

  it("is that of its files, holes included", async () => {
    await using file = await open(join(root, "hole"), "w");
    await file.truncate(1024);
    expect(await treeSize(root)).toBe(1029);
  });

  it("counts of an upper half nothing that was only given, and of the rest what is on the disk", async () => {
    const { ctimeNs } = await lstat(join(root, "file"), { bigint: true });
    expect(await treeSize(root, { givenNs: ctimeNs + 1n })).toBe(0);
    await using file = await open(join(root, "hole"), "w");
    await file.truncate(1024 * 1024);
    expect(await treeSize(root, { givenNs: ctimeNs })).toBe(5);
  });
});
