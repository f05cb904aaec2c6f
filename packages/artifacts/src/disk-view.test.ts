import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type DiskFs, memoryLocks, nodeDisk } from "@dad/disk";
import { powerLossDisk } from "@dad/disk/testing";
import { RelativePath } from "@dad/protocol";
import { diskArtifactStore, diskArtifactView } from "./disk.ts";
import { inlineContent } from "./inline.ts";
import { artifactViewContract } from "./testing.ts";
import { largeBody } from "./testing/bodies.ts";
import { bytesOf, flipBit, recording } from "./testing/disks.ts";

const base = await mkdtemp(join(tmpdir(), "dad artifacts "));
afterAll(() => rm(base, { recursive: true, force: true }));
let count = 0;
let root: string;
const freshRoot = () => (root = join(base, String(++count)));

describe("on a disk in memory", () => {
  artifactViewContract("diskArtifactView", {
    create() {
      const fs = powerLossDisk();
      const store = diskArtifactStore({ root: "/store", fs, locks: memoryLocks() });
      return { store, view: diskArtifactView({ root: "/run", store, fs }), read: (path) => bytesOf(fs, `/run/${path}`) };
    },
  });
});

artifactViewContract("diskArtifactView", {
  create() {
    const store = diskArtifactStore({ root: freshRoot() });
    const run = join(root, "run");
    return { store, view: diskArtifactView({ root: run, store }), read: (path) => bytesOf(nodeDisk, join(run, path)) };
  },
});

describe("diskArtifactView", () => {
  const path = RelativePath.parse("node/files/result.txt");
  let run: string;
  beforeEach(() => {
    run = join(freshRoot(), "run");
  });
  const view = () => diskArtifactView({ root: run, store: diskArtifactStore({ root }) });

  it("shows read-only files and leaves nothing else behind", async () => {
    await view().write(path, "one");
    await view().write(path, "two");
    expect((await lstat(join(run, path))).mode & 0o777).toBe(0o444);
    expect(await readdir(join(run, "node/files"))).toEqual(["result.txt"]);
  });

  it("takes five operations for a file in a directory that is there", async () => {
    const calls: string[] = [];
    const view = diskArtifactView({ root: run, store: diskArtifactStore({ root }), fs: recording(calls, "all") });
    await view.write(path, "one");
    calls.length = 0;
    await view.place(path, inlineContent("two"));
    expect(calls).toEqual(["realpath files", "open draft", "write draft", "close draft", "rename result.txt"]);
  });

  it("is made again when its directory was deleted", async () => {
    const same = view();
    await same.write(path, "one");
    await rm(run, { recursive: true });
    await same.write(path, "two");
    expect(await readFile(join(run, path), "utf8")).toBe("two");
  });

  it.each(["", "node", "node/files"])("refuses to go on when %j below the run directory has become a link that leads out", async (replaced) => {
    const same = view();
    await same.write(path, "one");
    await rename(join(run, replaced), join(root, "moved"));
    await mkdir(join(root, "outside", "node", "files"), { recursive: true });
    await symlink(join(root, "outside", replaced), join(run, replaced));
    const refusal = { code: "ARTIFACT_PATH_REFUSED", details: { path, root: run } };
    await expect(same.write(path, "two")).rejects.toMatchObject(refusal);
    await expect(same.place(path, inlineContent("two"))).rejects.toMatchObject(refusal);
    await expect(same.write(RelativePath.parse("node/files/deeper/file"), "two")).rejects.toMatchObject({ code: "ARTIFACT_PATH_REFUSED" });
    expect(await readdir(join(root, "outside"), { recursive: true })).toEqual(["node", "node/files"]);
  });

  it("refuses a run directory that was deleted and has become a link", async () => {
    const same = view();
    await same.write(path, "one");
    await rm(run, { recursive: true });
    await mkdir(join(root, "outside"));
    await symlink("outside", run);
    await expect(same.write(path, "two")).rejects.toMatchObject({ code: "ARTIFACT_PATH_REFUSED" });
    expect(await readdir(join(root, "outside"))).toEqual([]);
  });

  it("refuses to write through a link that leads out of the root, and makes nothing there", async () => {
    await mkdir(join(root, "outside"), { recursive: true });
    await mkdir(run);
    await symlink("../outside", join(run, "node"));
    await expect(view().write(path, "x")).rejects.toMatchObject({ code: "ARTIFACT_PATH_REFUSED", details: { path, root: run } });
    expect(await readdir(join(root, "outside"))).toEqual([]);
  });

  it("writes through a link that stays inside the root", async () => {
    await mkdir(join(run, "elsewhere"), { recursive: true });
    await symlink("elsewhere", join(run, "node"));
    await view().write(path, "x");
    expect(await readFile(join(run, "elsewhere/files/result.txt"), "utf8")).toBe("x");
  });

  it("replaces a link in the place of a file, not what it leads to", async () => {
    await mkdir(join(run, "node/files"), { recursive: true });
    await writeFile(join(root, "secret"), "secret");
    await symlink(join(root, "secret"), join(run, path));
    await view().write(path, "x");
    expect(await readFile(join(root, "secret"), "utf8")).toBe("secret");
    expect(await readFile(join(run, path), "utf8")).toBe("x");
  });

  it("keeps nobody waiting for ever where nothing can be made", async () => {
    const nowhere = diskArtifactView({ root: "/proc/x/y", store: diskArtifactStore({ root }) });
    await expect(nowhere.write(path, "x")).rejects.toMatchObject({ code: "ARTIFACT_STORAGE_FAILED", message: expect.stringContaining("/proc/x") });
  });

  it("names a file that is in the way of a directory", async () => {
    await mkdir(run, { recursive: true });
    await writeFile(join(run, "node"), "in the way");
    await expect(view().write(path, "x")).rejects.toMatchObject({ code: "ARTIFACT_STORAGE_FAILED", message: expect.stringContaining("node") });
  });
});

describe("diskArtifactView of large content", () => {
  const path = RelativePath.parse("node/files/large.bin");
  const SIZE = 1024 * 1024 + 1;
  let run: string;
  beforeEach(() => {
    run = join(freshRoot(), "run");
  });
  afterEach(() => vi.restoreAllMocks());
  const user = (id: number) => vi.spyOn(process as Required<NodeJS.Process>, "geteuid").mockReturnValue(id);
  const large = (store = diskArtifactStore({ root })) => store.put(largeBody(SIZE));
  const view = (fs?: DiskFs) => diskArtifactView({ root: run, store: diskArtifactStore({ root }), ...(fs ? { fs } : {}) });
  /** Without clones, whatever the file system of the tests has. */
  const cloneless: DiskFs = { ...nodeDisk, copyFile: () => Promise.reject(new Error("no clones here")) };
  const blob = async () => (await readdir(join(root, "blobs", "sha256"))).map((name) => join(root, "blobs", "sha256", name))[0]!;

  it("gives the file of the content a second name where permissions bind", async () => {
    user(1000);
    const content = await large();
    for (let time = 0; time < 2; time++) await view(cloneless).place(path, content);
    expect((await lstat(join(run, path))).ino).toBe((await lstat(await blob())).ino);
    expect((await lstat(join(run, path))).mode & 0o777).toBe(0o444);
    expect(await readdir(join(run, "node/files"))).toEqual(["large.bin"]);
  });

  it("copies for root, whom no permission keeps from writing", async () => {
    user(0);
    await view(cloneless).place(path, await large());
    expect((await lstat(join(run, path))).nlink).toBe(1);
    expect((await lstat(join(run, path))).size).toBe(SIZE);
  });

  it("copies content whose file can be written to", async () => {
    user(1000);
    const content = await large();
    await chmod(await blob(), 0o644);
    await view(cloneless).place(path, content);
    expect((await lstat(join(run, path))).nlink).toBe(1);
  });

  it("clones where the file system can, and copies no byte itself", async () => {
    const content = await large();
    const calls: string[] = [];
    const fs = recording(calls);
    await view({ ...fs, copyFile: (from, to) => nodeDisk.copyFile(from, to, 0) }).place(path, content);
    expect(calls.filter((call) => call.startsWith("write"))).toEqual([]);
    expect((await lstat(join(run, path))).mode & 0o777).toBe(0o444);
    expect(await readdir(join(run, "node/files"))).toEqual(["large.bin"]);
  });

  it.each([0, 1000])("never shows damaged content to user %i, and leaves what was shown", async (id) => {
    user(id);
    const content = await large();
    await view().write(path, "old");
    await flipBit(nodeDisk, await blob());
    await expect(view().place(path, content)).rejects.toMatchObject({ code: "ARTIFACT_DAMAGED" });
    expect(await readFile(join(run, path), "utf8")).toBe("old");
    expect(await readdir(join(run, "node/files"))).toEqual(["large.bin"]);
  });

  it("copies from a store that does not say where its files are", async () => {
    user(1000);
    const { blobPath: _path, ...store } = diskArtifactStore({ root });
    await diskArtifactView({ root: run, store }).place(path, await large());
    expect((await lstat(join(run, path))).nlink).toBe(1);
  });
});
