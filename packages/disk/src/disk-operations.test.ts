import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import * as nodeFs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFsFromVolume, Volume } from "memfs";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { DiskFs } from "./disk-fs.ts";
import { diskOperations, SYNC } from "./disk-operations.ts";

class Refused extends Error {
  readonly operation: string;
  readonly path: string;

  constructor(operation: string, path: string, cause: unknown) {
    super(`cannot ${operation} ${path}`, { cause });
    this.operation = operation;
    this.path = path;
  }
}

const disk = diskOperations((operation, path, cause) => new Refused(operation, path, cause));

const base = await mkdtemp(join(tmpdir(), "dad disk "));
afterAll(() => rm(base, { recursive: true, force: true }));
let count = 0;
let root: string;
beforeEach(async () => {
  root = join(base, String(++count));
  await mkdir(root);
});

function rejection(code: string): Promise<never> {
  return Promise.reject(Object.assign(new Error(`${code}: injected`), { code }));
}

/** The disk, and the paths of what is made durable on it. */
function recording(fs: DiskFs = nodeFs): { readonly fs: DiskFs; readonly synced: string[] } {
  const synced: string[] = [];
  const open: DiskFs["open"] = async (path, ...how) => {
    const file = await fs.open(path, ...how);
    return Object.assign(Object.create(file) as typeof file, {
      sync: () => (synced.push(path), file.sync()),
      close: () => file.close(),
    });
  };
  return { fs: { ...fs, open }, synced };
}

describe("onDisk", () => {
  it("gives what the disk gives", async () => {
    expect(await disk.onDisk("read", "/a", Promise.resolve(42))).toBe(42);
  });

  it("fails with the adapter's error, which knows the operation, the path and the cause", async () => {
    const failing = disk.onDisk("read", "/a", rejection("EIO"));
    await expect(failing).rejects.toBeInstanceOf(Refused);
    await expect(failing).rejects.toMatchObject({ operation: "read", path: "/a", cause: { code: "EIO" } });
  });
});

describe("ifPresent", () => {
  it("gives what is there", async () => {
    expect((await disk.ifPresent("look at", root, nodeFs.stat(root)))?.isDirectory()).toBe(true);
  });

  it("gives undefined for what is not there", async () => {
    const path = join(root, "nothing");
    expect(await disk.ifPresent("look at", path, nodeFs.stat(path))).toBeUndefined();
  });

  it("fails when the path leads through a file", async () => {
    await writeFile(join(root, "file"), "");
    const path = join(root, "file", "below");
    await expect(disk.ifPresent("look at", path, nodeFs.stat(path))).rejects.toMatchObject({
      operation: "look at",
      path,
      cause: { code: "ENOTDIR" },
    });
  });
});

describe("ifFree", () => {
  it("tells the one who made it from those who come later", async () => {
    const path = join(root, "claim");
    const made = await Promise.all(Array.from({ length: 20 }, () => disk.ifFree("make", path, nodeFs.mkdir(path))));
    expect(made.filter(Boolean)).toEqual([true]);
  });

  it("fails when it cannot be made for another reason", async () => {
    const path = join(root, "not there", "claim");
    await expect(disk.ifFree("make", path, nodeFs.mkdir(path))).rejects.toMatchObject({ operation: "make", path, cause: { code: "ENOENT" } });
  });
});

describe("sync", () => {
  it("makes a file durable", async () => {
    let synced = 0;
    await disk.sync({ sync: async () => void synced++ }, "/a");
    expect(synced).toBe(1);
  });

  it("is told from every other failure by its operation", async () => {
    await expect(disk.sync({ sync: () => rejection("EIO") }, "/a")).rejects.toMatchObject({ operation: SYNC, path: "/a", cause: { code: "EIO" } });
  });
});

describe("syncDirectory", () => {
  const directoryThat = (sync: () => Promise<void>) => {
    const calls: string[] = [];
    const file = {
      sync: () => (calls.push("sync"), sync()),
      close: async () => void calls.push("close"),
    };
    return { calls, fs: { open: async () => (calls.push("open"), file) } as unknown as DiskFs };
  };

  it("makes the entries durable and closes the directory", async () => {
    const { calls, fs } = directoryThat(async () => {});
    await disk.syncDirectory(fs, "/a");
    expect(calls).toEqual(["open", "sync", "close"]);
  });

  it("closes the directory after a failure, too", async () => {
    const { calls, fs } = directoryThat(() => rejection("EIO"));
    await expect(disk.syncDirectory(fs, "/a")).rejects.toMatchObject({ operation: SYNC, path: "/a" });
    expect(calls).toEqual(["open", "sync", "close"]);
  });
});

describe("syncAncestors", () => {
  it("makes every name that leads to a path durable, whoever made it", async () => {
    await mkdir(join(root, "a", "b"), { recursive: true });
    const { fs, synced } = recording();
    await disk.syncAncestors(fs, join(root, "a", "b"));
    expect(synced).toEqual(expect.arrayContaining([join(root, "a"), root, base, "/"]));
    expect(synced).not.toContain(join(root, "a", "b"));
  });

  it("passes over a directory that is not ours, and fails for any other reason", async () => {
    const refusing = (code: string): DiskFs => ({ ...nodeFs, open: (path, ...how) => (path === "/" ? rejection(code) : nodeFs.open(path, ...how)) });
    await disk.syncAncestors(refusing("EACCES"), root);
    await expect(disk.syncAncestors(refusing("EIO"), root)).rejects.toMatchObject({ path: "/", cause: { code: "EIO" } });
  });
});

describe("makeDirectory", () => {
  const volatile = { durable: false };

  it("makes all that lead to it", async () => {
    const path = join(root, "a", "b", "c");
    await disk.makeDirectory(nodeFs, path, volatile);
    expect(await readdir(path)).toEqual([]);
  });

  it("makes the name of each new directory durable when it is asked to, after it is made", async () => {
    const { fs, synced } = recording();
    await disk.makeDirectory(fs, join(root, "a", "b"), { durable: true });
    expect(synced).toEqual([root, join(root, "a")]);
  });

  it("waits for nothing to be durable otherwise", async () => {
    const { fs, synced } = recording();
    await disk.makeDirectory(fs, join(root, "a", "b"), volatile);
    expect(synced).toEqual([]);
  });

  it("leaves one that is there as it is", async () => {
    await writeFile(join(root, "kept"), "");
    const { fs, synced } = recording();
    await disk.makeDirectory(fs, root, { durable: true });
    expect(await readdir(root)).toEqual(["kept"]);
    expect(synced).toEqual([]);
  });

  it("lets many make it at once", async () => {
    const path = join(root, "a", "b", "c");
    await Promise.all(Array.from({ length: 20 }, () => disk.makeDirectory(nodeFs, path, volatile)));
    expect(await readdir(path)).toEqual([]);
  });

  it("takes a link to a directory for one", async () => {
    await mkdir(join(root, "elsewhere"));
    await symlink("elsewhere", join(root, "link"));
    await disk.makeDirectory(nodeFs, join(root, "link", "a"), volatile);
    expect(await readdir(join(root, "elsewhere"))).toEqual(["a"]);
  });

  it.each([
    ["a file", (path: string) => writeFile(path, "")],
    ["a link to nothing", (path: string) => symlink("nowhere", path)],
  ])("names %s that is in its place", async (_what, put) => {
    const path = join(root, "taken");
    await put(path);
    await expect(disk.makeDirectory(nodeFs, path, volatile)).rejects.toMatchObject({ operation: "make", path, cause: { code: "EEXIST" } });
  });

  it("names the first directory that cannot be made", async () => {
    const path = join(root, "a");
    const fs: DiskFs = { ...nodeFs, mkdir: () => rejection("ENOSPC") };
    await expect(disk.makeDirectory(fs, join(path, "b"), volatile)).rejects.toMatchObject({ operation: "make", path, cause: { code: "ENOSPC" } });
  });

  it("keeps nobody waiting for ever where nothing can be made", async () => {
    await expect(disk.makeDirectory(nodeFs, "/proc/x/y", volatile)).rejects.toMatchObject({ operation: "make", path: "/proc/x" });
  });

  it("works on memfs", async () => {
    const fs = createFsFromVolume(new Volume()).promises as unknown as DiskFs;
    await disk.makeDirectory(fs, "/a/b", { durable: true });
    expect((await fs.stat("/a/b")).isDirectory()).toBe(true);
  });
});
