import { lstat, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOfBytes, hexOfDigest } from "@dad/protocol";
import { artifactLitter, diskArtifactStore, diskViewFiles, storedBlobs } from "./disk.ts";
import { all } from "./testing/bodies.ts";

let base: string;
let root: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "dad litter "));
  root = join(base, "store");
});
afterEach(() => rm(base, { recursive: true, force: true }));

describe("storedBlobs", () => {
  it("gives every content with what its file is known by", async () => {
    expect(await all(storedBlobs({ root }))).toEqual([]);
    await using store = diskArtifactStore({ root });
    for (const text of ["one", "two"]) await store.put(text);
    await writeFile(join(root, "blobs/sha256/foreign"), "");
    await mkdir(join(root, "blobs/sha256", hexOfDigest(digestOfBytes("a directory"))));
    const path = store.blobPath(digestOfBytes("one"));
    const { ino, mtimeMs } = await lstat(path);
    const blobs = await all(storedBlobs({ root }));
    expect(blobs).toHaveLength(2);
    expect(blobs).toContainEqual({ digest: digestOfBytes("one"), path, bytes: 3, ino, mtimeMs });
  });

  it("tells that content was put again", async () => {
    await using store = diskArtifactStore({ root });
    await store.put("one");
    await utimes(store.blobPath(digestOfBytes("one")), 0, 0);
    const [before] = await all(storedBlobs({ root }));
    await store.put("one");
    const [after] = await all(storedBlobs({ root }));
    expect([before?.mtimeMs, after?.ino]).toEqual([0, before?.ino]);
    expect(after?.mtimeMs).toBeGreaterThan(0);
  });
});

describe("artifactLitter", () => {
  it("takes what dead writers left, with their locks, and nothing of those that live", async () => {
    await using store = diskArtifactStore({ root });
    await store.put("living");
    const dead = join(root, "tmp", "11111111-1111-1111-1111-111111111111");
    await mkdir(dead);
    await writeFile(`${dead}/1`, "half");
    await writeFile(`${dead}.lock`, "");
    expect(await all(artifactLitter({ root }))).toMatchObject([
      { path: dead, bytes: 4, verdict: "collect" },
      { path: `${dead}.lock`, bytes: 0, verdict: "collect" },
    ]);
  });
});

describe("diskViewFiles", () => {
  const files = () => diskViewFiles({ root: join(base, "run") });

  it("gives files as they are, whatever is in them", async () => {
    await mkdir(join(base, "run/a/b"), { recursive: true });
    await writeFile(join(base, "run/a/b/file.txt"), "content");
    await writeFile(join(base, "run/run.json"), "{}");
    await symlink("/etc", join(base, "run/a/link"));
    expect((await all(files().list())).sort()).toEqual(["a/b/file.txt", "a/link", "run.json"]);
    const file = await files().read("a/b/file.txt");
    expect(file?.size).toBe(7);
    expect(Buffer.concat(await all(file!.body)).toString()).toBe("content");
  });

  it("gives nothing for what is no file, or not there", async () => {
    await mkdir(join(base, "run/a"), { recursive: true });
    await writeFile(join(base, "run/file"), "");
    await symlink(join(base, "run/file"), join(base, "run/link"));
    for (const path of ["a", "link", "gone", "file/below"]) expect(await files().read(path)).toBeUndefined();
    expect(await all(diskViewFiles({ root: join(base, "nowhere") }).list())).toEqual([]);
  });

  it("refuses a path that leads out of the view", async () => {
    await expect(files().read("../secret")).rejects.toBeInstanceOf(TypeError);
  });
});
