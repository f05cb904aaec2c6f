import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { memoryLocks, nodeDisk } from "@dad/disk";
import { faultyDisk, powerLossDisk } from "@dad/disk/testing";
import { digestOfBytes, hexOfDigest, type Digest } from "@dad/protocol";
import { diskArtifactStore } from "./disk.ts";
import { readBytes, readText } from "./read.ts";
import { artifactStoreContract } from "./testing.ts";
import { all, chunks, largeBody } from "./testing/bodies.ts";
import { failingAt, flipBit, recording, wrappingFiles } from "./testing/disks.ts";

const base = await mkdtemp(join(tmpdir(), "dad artifacts "));
afterAll(() => rm(base, { recursive: true, force: true }));
let count = 0;
let root: string;
const freshRoot = () => (root = join(base, String(++count), "not", "there yet"));
const blob = (digest: Digest) => join(root, "blobs", "sha256", hexOfDigest(digest));
const names = () => readdir(join(root, "blobs", "sha256"));
const unfinished = async () =>
  (await readdir(join(root, "tmp"), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile() && !entry.name.endsWith(".lock"));

const SOME = digestOfBytes("x");

describe.each(["strict", "relaxed"] as const)("%s", (durability) => {
  artifactStoreContract("diskArtifactStore", {
    create: () => diskArtifactStore({ root: freshRoot(), durability }),
    reopen: () => diskArtifactStore({ root, durability }),
    damage: (digest) => flipBit(nodeDisk, blob(digest)),
    failing: (call) => failingAt(call, { root, durability, code: "ENOSPC" }),
  });
});

describe("on a disk in memory", () => {
  let disk = { fs: powerLossDisk(), locks: memoryLocks() };
  const open = () => diskArtifactStore({ root: "/store", ...disk });
  artifactStoreContract("diskArtifactStore", {
    create() {
      disk = { fs: powerLossDisk(), locks: memoryLocks() };
      return open();
    },
    reopen: open,
    damage: (digest) => flipBit(disk.fs, `/store/blobs/sha256/${hexOfDigest(digest)}`),
    failing: (call) => failingAt(call, { root: "/store", ...disk, code: "EIO" }),
  });
});

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
    expect((await readdir(root)).sort()).toEqual(["blobs", "index.json", "oci-layout", "tmp"]);
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

  it("writes while the body goes on, and holds no more of it than two blocks", async () => {
    let [given, written, most] = [0, 0, 0];
    const fs = wrappingFiles(nodeDisk, (file) => ({ write: async (...range) => file.write(...range).finally(() => (written += range[2])) }));
    async function* body(): AsyncGenerator<Uint8Array, void> {
      for (let piece = 0; piece < 80; piece++) {
        most = Math.max(most, given - written);
        given += 100_000;
        yield new Uint8Array(100_000).fill(piece);
      }
    }
    const store = diskArtifactStore({ root, fs });
    await store.put("");
    written = 0;
    expect((await store.put(body())).size).toBe(8_000_000);
    expect(most).toBeLessThanOrEqual(2 * 1024 * 1024 + 100_000);
  });

  it("writes on when the disk takes only a part at a time", async () => {
    const fs = wrappingFiles(nodeDisk, (file) => ({ write: (buffer, offset, length) => file.write(buffer, offset, Math.min(length, 7)) }));
    const { digest } = await diskArtifactStore({ root, fs }).put("a content that takes several writes");
    expect(await readText(diskArtifactStore({ root }), digest)).toBe("a content that takes several writes");
  });

  it("makes content durable before it gets its name, and its name before put resolves", async () => {
    const calls: string[] = [];
    const store = diskArtifactStore({ root, fs: recording(calls) });
    await store.put("before");
    calls.length = 0;
    const { digest } = await store.put("first");
    const name = hexOfDigest(digest);
    expect(calls).toEqual(["open draft", "write draft", "sync draft", "close draft", `rename ${name}`, "sync sha256"]);
    calls.length = 0;
    await store.put("first");
    expect(calls).toEqual([`datasync ${name}`, `utimes ${name}`, "sync sha256"]);
  });

  it("waits for no disk when it is relaxed", async () => {
    const calls: string[] = [];
    const store = diskArtifactStore({ root, fs: recording(calls), durability: "relaxed" });
    for (const body of ["first", "first", chunks("first")]) await store.put(body);
    expect(calls.filter((call) => call.includes("sync"))).toEqual([]);
    expect(calls.filter((call) => call.startsWith("rename"))).toHaveLength(3);
  });

  it("makes many names durable at once", async () => {
    const calls: string[] = [];
    const store = diskArtifactStore({ root, fs: recording(calls) });
    await store.put("before");
    calls.length = 0;
    await Promise.all(Array.from({ length: 40 }, (_, index) => store.put(`content ${index}`)));
    expect(calls.filter((call) => call.startsWith("rename"))).toHaveLength(40);
    expect(calls.filter((call) => call === "sync sha256").length).toBeLessThan(30);
  });

  it("makes every new directory durable in the one above it", async () => {
    const calls: string[] = [];
    await diskArtifactStore({ root, fs: recording(calls) }).put("x");
    for (const directory of [basename(base), String(count), "not", "there yet", "blobs"]) expect(calls).toContain(`sync ${directory}`);
  });

  it("gives content that is put again the time of now", async () => {
    const store = diskArtifactStore({ root });
    const { digest } = await store.put("content");
    for (const body of ["content", chunks("con", "tent")]) {
      await utimes(blob(digest), 1, 1);
      await store.put(body);
      expect((await lstat(blob(digest))).mtimeMs).toBeGreaterThan(1000);
    }
  });

  it.each(["ENOENT", "EPERM", "EACCES"])("writes content anew whose file cannot be given the time of now (%s)", async (code) => {
    const { digest } = await diskArtifactStore({ root }).put("content");
    const before = await lstat(blob(digest));
    const fs = faultyDisk(nodeDisk, ({ operation }) => (operation === "utimes" ? { kind: "fail", code } : undefined));
    await diskArtifactStore({ root, fs }).put("content");
    expect((await lstat(blob(digest))).ino).not.toBe(before.ino);
    expect(await readText(diskArtifactStore({ root }), digest)).toBe("content");
  });

  it("has content that was moved away while it was put again", async () => {
    const { digest } = await diskArtifactStore({ root }).put("content");
    const fs = faultyDisk(nodeDisk, ({ operation }) => {
      if (operation === "utimes") renameSync(blob(digest), join(root, "trash"));
      return undefined;
    });
    await diskArtifactStore({ root, fs }).put("content");
    expect(await readText(diskArtifactStore({ root }), digest)).toBe("content");
  });

  it("leaves nothing of itself but content when it is disposed, and works again when it is asked to", async () => {
    const store = diskArtifactStore({ root });
    for (const text of ["one", "two"]) {
      await store.put(text);
      expect(await readdir(join(root, "tmp"))).toHaveLength(2);
      await store[Symbol.asyncDispose]();
      expect(await readdir(join(root, "tmp"))).toEqual([]);
    }
  });

  it("says that there is no space, keeps nothing, and goes on when there is space again", async () => {
    let full = false;
    const store = diskArtifactStore({
      root,
      fs: faultyDisk(nodeDisk, ({ operation }) => (full && operation === "write" ? { kind: "fail", code: "ENOSPC" } : undefined)),
    });
    const before = await store.put("before");
    full = true;
    await expect(store.put("after")).rejects.toMatchObject({ code: "ARTIFACT_STORAGE_FAILED", cause: { code: "ENOSPC" } });
    expect(await names()).toEqual([hexOfDigest(before.digest)]);
    expect(await unfinished()).toEqual([]);
    full = false;
    expect(await readText(store, await store.put("after"))).toBe("after");
  });

  it.each([
    ["file", "tmp"],
    ["directory", "blobs/sha256"],
  ])("takes no more content after the disk failed to make a %s durable, but still reads", async (_what, part) => {
    let failing = false;
    const fs = faultyDisk(nodeDisk, ({ operation, path }) =>
      failing && operation === "sync" && path.startsWith(join(root, part)) ? { kind: "fail", code: "EIO" } : undefined,
    );
    const store = diskArtifactStore({ root, fs });
    const before = await store.put("before");
    failing = true;
    const lost = await Promise.allSettled(["lost", "lost too", "lost as well"].map((text) => store.put(text)));
    for (const put of lost) expect(put).toMatchObject({ reason: { code: "ARTIFACT_STORAGE_FAILED" } });
    failing = false;
    await expect(store.put("later")).rejects.toMatchObject({ code: "ARTIFACT_STORAGE_FAILED", cause: { cause: { code: "EIO" } } });
    expect(await readText(store, before)).toBe("before");
    expect(await unfinished()).toEqual([]);
  });

  it("acknowledges nothing that was under way when the disk failed to make something durable", async () => {
    let failing = true;
    const fs = faultyDisk(nodeDisk, ({ operation, path }) => {
      if (!failing || operation !== "sync" || !path.startsWith(join(root, "tmp"))) return undefined;
      failing = false;
      return { kind: "fail", code: "EIO" };
    });
    await diskArtifactStore({ root }).put("before");
    const store = diskArtifactStore({ root, fs });
    const gate = Promise.withResolvers<void>();
    async function* slow(): AsyncGenerator<Uint8Array, void> {
      await gate.promise;
      yield Buffer.from("slow");
    }
    const underWay = store.put(slow());
    const failed = store.put("fails");
    await expect(failed).rejects.toMatchObject({ code: "ARTIFACT_STORAGE_FAILED", cause: { code: "EIO" } });
    gate.resolve();
    await expect(underWay).rejects.toMatchObject({ code: "ARTIFACT_STORAGE_FAILED", cause: { cause: { code: "EIO" } } });
  });

  it("stores what it hashed when bytes change while they are on their way to the disk", async () => {
    const bytes = Buffer.from("content");
    await diskArtifactStore({ root }).put("before");
    const fs = wrappingFiles(nodeDisk, (file) => ({
      write(...range) {
        bytes.fill("x");
        return file.write(...range);
      },
    }));
    expect(await readText(diskArtifactStore({ root }), await diskArtifactStore({ root, fs }).put(bytes))).toBe("content");
  });

  it("gives large content to the disk while there is more to come, and fails when that fails", async () => {
    const large = () => largeBody(40 * 1024 * 1024);
    const calls: string[] = [];
    await diskArtifactStore({ root, fs: recording(calls) }).put(large());
    expect(calls.filter((call) => call === "datasync draft")).toHaveLength(2);
    freshRoot();
    const fs = faultyDisk(nodeDisk, ({ operation, path }) =>
      operation === "datasync" && path.startsWith(join(root, "tmp")) ? { kind: "fail", code: "EIO" } : undefined,
    );
    const store = diskArtifactStore({ root, fs });
    await expect(store.put(large())).rejects.toMatchObject({ code: "ARTIFACT_STORAGE_FAILED", cause: { code: "EIO" } });
    await expect(store.put("later")).rejects.toMatchObject({ code: "ARTIFACT_STORAGE_FAILED", cause: { cause: { code: "EIO" } } });
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
    expect((await readdir(join(root, "..", "elsewhere"))).sort()).toEqual(["blobs", "index.json", "oci-layout", "tmp"]);
  });

  it("lets many make its directory at once", async () => {
    const all = await Promise.all(Array.from({ length: 20 }, (_, index) => diskArtifactStore({ root }).put(`content ${index}`)));
    expect((await names()).sort()).toEqual(all.map(({ digest }) => hexOfDigest(digest)).sort());
  });
});
