import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import * as nodeFs from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createFsFromVolume, Volume } from "memfs";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { DiskFile, DiskFs } from "@dad/disk";
import { digestOfBytes, hexOfDigest, RelativePath, type Digest } from "@dad/protocol";
import { diskArtifactStore, diskArtifactView } from "./disk.ts";
import { readBytes, readText } from "./read.ts";
import { artifactStoreContract, artifactViewContract } from "./testing.ts";
import { all } from "./testing/bodies.ts";

const base = await mkdtemp(join(tmpdir(), "dad artifacts "));
afterAll(() => rm(base, { recursive: true, force: true }));
let count = 0;
let root: string;
const freshRoot = () => (root = join(base, String(++count), "not", "there yet"));
const blob = (digest: Digest) => join(root, "blobs", "sha256", hexOfDigest(digest));
const names = () => readdir(join(root, "blobs", "sha256"));

const SOME = digestOfBytes("x");

async function flipByte(fs: Pick<typeof nodeFs, "readFile" | "writeFile" | "chmod">, path: string): Promise<void> {
  const bytes = new Uint8Array((await fs.readFile(path)) as Uint8Array);
  bytes[bytes.length >> 1]! ^= 1;
  await fs.chmod(path, 0o600);
  await fs.writeFile(path, bytes);
}

artifactStoreContract("diskArtifactStore", {
  create: () => diskArtifactStore({ root: freshRoot() }),
  reopen: () => diskArtifactStore({ root }),
  damage: (digest) => flipByte(nodeFs, blob(digest)),
});

describe("on memfs", () => {
  let fs: typeof nodeFs;
  const open = () => diskArtifactStore({ root: "/store", fs });
  const create = () => {
    fs = createFsFromVolume(new Volume()).promises as unknown as typeof nodeFs;
    return open();
  };
  artifactStoreContract("diskArtifactStore", {
    create,
    reopen: open,
    damage: (digest) => flipByte(fs, `/store/blobs/sha256/${hexOfDigest(digest)}`),
  });
  artifactViewContract("diskArtifactView", {
    create() {
      const store = create();
      return { store, view: diskArtifactView({ root: "/run", store, fs }), read: (path) => orMissing(fs.readFile(`/run/${path}`)) };
    },
  });
});

artifactViewContract("diskArtifactView", {
  create() {
    const store = diskArtifactStore({ root: freshRoot() });
    const run = join(root, "run");
    return { store, view: diskArtifactView({ root: run, store }), read: (path) => orMissing(readFile(join(run, path))) };
  },
});

async function orMissing(read: Promise<Uint8Array | string>): Promise<Uint8Array | undefined> {
  try {
    return Buffer.from(await read);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

describe("diskArtifactStore", () => {
  beforeEach(freshRoot);

  it("makes nothing before something is put", async () => {
    const store = diskArtifactStore({ root });
    await all(store.list());
    await expect(lstat(root)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("is an OCI image layout with read-only content", async () => {
    const { digest } = await diskArtifactStore({ root }).put("x");
    expect(JSON.parse(await readFile(join(root, "oci-layout"), "utf8"))).toEqual({ imageLayoutVersion: "1.0.0" });
    expect(JSON.parse(await readFile(join(root, "index.json"), "utf8"))).toEqual({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.index.v1+json",
      manifests: [],
    });
    expect((await readdir(root)).sort()).toEqual(["blobs", "index.json", "oci-layout"]);
    expect(await readFile(blob(digest), "utf8")).toBe("x");
    expect((await lstat(blob(digest))).mode & 0o777).toBe(0o444);
  });

  it("leaves an index that another tool wrote as it is", async () => {
    await mkdir(root, { recursive: true });
    await writeFile(join(root, "index.json"), "theirs");
    await diskArtifactStore({ root }).put("x");
    expect(await readFile(join(root, "index.json"), "utf8")).toBe("theirs");
  });

  it("does not write content again that is there, and makes content whole that has the wrong size", async () => {
    const store = diskArtifactStore({ root });
    const { digest } = await store.put("content");
    const before = await lstat(blob(digest));
    await store.put("content");
    expect((await lstat(blob(digest))).ino).toBe(before.ino);
    await chmod(blob(digest), 0o600);
    await truncate(blob(digest), 3);
    await expect(readBytes(store, { digest, size: 7 })).rejects.toMatchObject({ details: { expectedSize: 7, foundSize: 3 } });
    await store.put("content");
    expect(await readText(store, digest)).toBe("content");
  });

  it.each([-1, 1])("notices that a file became %i byte longer while it was read", async (change) => {
    const store = diskArtifactStore({ root });
    const { digest } = await store.put("content");
    const artifact = await store.get(digest);
    await chmod(blob(digest), 0o600);
    await truncate(blob(digest), 7 + change);
    await expect(all(artifact!.body)).rejects.toMatchObject({ code: "ARTIFACT_DAMAGED", details: { expectedSize: 7, foundSize: 7 + change } });
  });

  it("never lists what is not content", async () => {
    const store = diskArtifactStore({ root });
    const { digest } = await store.put("x");
    await writeFile(join(root, "blobs", "sha256", ".dad_tmp_left"), "half");
    await writeFile(join(root, "blobs", "sha256", "README"), "?");
    await mkdir(join(root, "blobs", "sha256", "a".repeat(64)));
    expect(await all(store.list())).toEqual([digest]);
  });

  it("does not follow a link in the place of content", async () => {
    const store = diskArtifactStore({ root });
    const { digest } = await store.put("content");
    await rm(blob(digest), { force: true });
    await writeFile(join(root, "outside"), "content");
    await symlink(join(root, "outside"), blob(digest));
    await expect(store.get(digest)).rejects.toMatchObject({ code: "ARTIFACT_DAMAGED" });
    await store.put("content");
    expect((await lstat(blob(digest))).isFile()).toBe(true);
    expect(await readFile(join(root, "outside"), "utf8")).toBe("content");
  });

  it("holds no more of a body than one piece", async () => {
    let [given, written] = [0, 0];
    const fs = wrapFiles({ write: async (file, ...range) => file.write(...range).finally(() => (written += range[2])) });
    async function* body(): AsyncGenerator<Uint8Array, void> {
      for (let piece = 0; piece < 20; piece++) {
        expect(written).toBe(given);
        given += 1000;
        yield new Uint8Array(1000).fill(piece);
      }
    }
    const store = diskArtifactStore({ root, fs });
    await store.put("");
    written = 0;
    expect((await store.put(body())).size).toBe(20_000);
  });

  it("writes on when the disk takes only a part at a time", async () => {
    const fs = wrapFiles({ write: (file, ...[buffer, offset, length]) => file.write(buffer, offset, Math.min(length, 7)) });
    const { digest } = await diskArtifactStore({ root, fs }).put("a content that takes several writes");
    expect(await readText(diskArtifactStore({ root }), digest)).toBe("a content that takes several writes");
  });

  it("makes content durable before it gets its name, and its name before put resolves", async () => {
    const calls: string[] = [];
    const store = diskArtifactStore({ root, fs: recording(calls) });
    const content = await store.put("first");
    expect(calls.slice(calls.indexOf("write first"))).toEqual([
      "write first",
      "sync .dad_tmp_",
      `rename ${hexOfDigest(content.digest).slice(0, 8)}`,
      "sync sha256",
    ]);
    calls.length = 0;
    await store.put("first");
    expect(calls).toEqual(["write first", "sync sha256"]);
  });

  it("makes every new directory durable in the one above it", async () => {
    const calls: string[] = [];
    await diskArtifactStore({ root, fs: recording(calls) }).put("x");
    for (const directory of [basename(base), String(count), "not", "there yet", "blobs"]) expect(calls).toContain(`sync ${directory}`);
  });

  it("says that there is no space, keeps nothing, and goes on when there is space again", async () => {
    let full = false;
    const store = diskArtifactStore({ root, fs: wrapFiles({ write: (file, ...range) => (full ? rejection("ENOSPC") : file.write(...range)) }) });
    const before = await store.put("before");
    full = true;
    await expect(store.put("after")).rejects.toMatchObject({ code: "ARTIFACT_STORAGE_FAILED", cause: { code: "ENOSPC" } });
    expect(await names()).toEqual([hexOfDigest(before.digest)]);
    full = false;
    expect(await readText(store, await store.put("after"))).toBe("after");
  });

  it.each(["file", "directory"])("takes no more content after the disk failed to make a %s durable, but still reads", async (what) => {
    let failing = false;
    const isDirectory = (path: string) => path.endsWith("sha256");
    const fs = wrapFiles({ sync: (file, path) => (failing && isDirectory(path) === (what === "directory") ? rejection("EIO") : file.sync()) });
    const store = diskArtifactStore({ root, fs });
    const before = await store.put("before");
    failing = true;
    await expect(store.put("lost")).rejects.toMatchObject({ code: "ARTIFACT_STORAGE_FAILED", cause: { code: "EIO" } });
    failing = false;
    await expect(store.put("later")).rejects.toMatchObject({ code: "ARTIFACT_STORAGE_FAILED", cause: { cause: { code: "EIO" } } });
    expect(await readText(store, before)).toBe("before");
    expect((await names()).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("names a root in which nothing can be made, and works once it can", async () => {
    await mkdir(join(root, ".."), { recursive: true });
    await writeFile(root, "a file");
    const store = diskArtifactStore({ root });
    await expect(store.put("x")).rejects.toMatchObject({ code: "ARTIFACT_STORAGE_FAILED", message: expect.stringContaining(root) });
    await rm(root);
    await store.put("x");
  });

  it.each(["a file", "below a file"])("does not take a root that is %s for an empty store", async (what) => {
    await mkdir(join(root, ".."), { recursive: true });
    await writeFile(root, "a file");
    const store = diskArtifactStore({ root: what === "a file" ? root : join(root, "store") });
    for (const call of [() => all(store.list()), () => store.get(SOME), () => store.size(SOME), () => store.delete(SOME), () => store.put("x")])
      await expect(call()).rejects.toMatchObject({ code: "ARTIFACT_STORAGE_FAILED", message: expect.stringContaining(root) });
  });

  it("keeps nobody waiting for ever where nothing can be made", async () => {
    const store = diskArtifactStore({ root: "/proc/x/y" });
    await expect(store.put("x")).rejects.toMatchObject({ code: "ARTIFACT_STORAGE_FAILED", message: expect.stringContaining("/proc/x") });
  });

  it("may have a root that is a link to a directory", async () => {
    await mkdir(join(root, "..", "elsewhere"), { recursive: true });
    await symlink("elsewhere", root);
    await diskArtifactStore({ root }).put("x");
    expect((await readdir(join(root, "..", "elsewhere"))).sort()).toEqual(["blobs", "index.json", "oci-layout"]);
  });

  it("lets many make its directory at once", async () => {
    const all = await Promise.all(Array.from({ length: 20 }, (_, index) => diskArtifactStore({ root }).put(`content ${index}`)));
    expect((await names()).sort()).toEqual(all.map(({ digest }) => hexOfDigest(digest)).sort());
  });
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

interface Faults {
  write?(file: DiskFile, ...range: Parameters<DiskFile["write"]>): ReturnType<DiskFile["write"]>;
  sync?(file: DiskFile, path: string): Promise<void>;
}

/** The disk, with its files going through the given functions. */
function wrapFiles({ write, sync }: Faults): DiskFs {
  const wrap = (file: DiskFile, path: string): DiskFile => ({
    read: (...range) => file.read(...range),
    write: (...range) => (write ? write(file, ...range) : file.write(...range)),
    truncate: (length) => file.truncate(length),
    chmod: (mode) => file.chmod(mode),
    datasync: () => file.datasync(),
    sync: () => (sync ? sync(file, path) : file.sync()),
    close: () => file.close(),
  });
  return { ...nodeFs, open: async (path, flags, mode) => wrap(await nodeFs.open(path, flags, mode), path) };
}

function recording(calls: string[]): DiskFs {
  const lastOf = (path: string) => path.slice(path.lastIndexOf("/") + 1).replace(/^(\.dad_tmp_).*/, "$1");
  const fs = wrapFiles({
    write(file, ...[buffer, offset, length]) {
      calls.push(
        `write ${Buffer.from(buffer)
          .subarray(offset, offset + length)
          .toString()}`,
      );
      return file.write(buffer, offset, length);
    },
    sync(file, path) {
      calls.push(`sync ${lastOf(path)}`);
      return file.sync();
    },
  });
  return {
    ...fs,
    rename(from, to) {
      calls.push(`rename ${lastOf(to).slice(0, 8)}`);
      return fs.rename(from, to);
    },
  };
}

function rejection(code: string): Promise<never> {
  return Promise.reject(Object.assign(new Error(`${code}: injected`), { code }));
}
