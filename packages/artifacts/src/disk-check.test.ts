import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kernelLocks, memoryLocks, nodeDisk } from "@dad/disk";
import { DiskCrashedError, faultyDisk } from "@dad/disk/testing";
import { type Digest, digestOfBytes, hexOfDigest } from "@dad/protocol";
import { type ArtifactFinding, checkDiskArtifacts, diskArtifactStore, protectBlob, quarantineBlob, removeLeftovers, repairLayout } from "./disk.ts";
import { readText } from "./read.ts";
import { all, hangingBody } from "./testing/bodies.ts";
import { flipBit } from "./testing/disks.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "dad artifacts "));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const blob = (digest: Digest) => join(root, "blobs", "sha256", hexOfDigest(digest));
const findings = () => all(checkDiskArtifacts({ root }));
const brief = ({ code, severity, path }: ArtifactFinding) => `${severity} ${code} ${path.slice(root.length + 1)}`;

async function storeOf(...texts: readonly string[]): Promise<Digest[]> {
  await using store = diskArtifactStore({ root });
  return await Promise.all(texts.map(async (text) => (await store.put(text)).digest));
}

/** What a process leaves that is killed while it puts something. */
async function killedWriter(): Promise<void> {
  const locks = memoryLocks();
  const fs = faultyDisk(nodeDisk, ({ operation }) => (operation === "rename" ? { kind: "crash", when: "before" } : undefined));
  await expect(diskArtifactStore({ root, fs, locks }).put("unfinished")).rejects.toMatchObject({ cause: expect.any(DiskCrashedError) });
}

describe("checkDiskArtifacts", () => {
  it("finds nothing in a store that is whole, that is empty, or that is not there", async () => {
    expect(await all(checkDiskArtifacts({ root: join(root, "nowhere") }))).toEqual([]);
    await storeOf();
    await storeOf("one", "", "x".repeat(3_000_000));
    expect(await findings()).toEqual([]);
  });

  it("finds nothing while a store is written to", async () => {
    await storeOf("one");
    const controller = new AbortController();
    await using store = diskArtifactStore({ root });
    let put: Promise<unknown> = Promise.resolve();
    await new Promise<void>((resolve) => {
      put = store.put(hangingBody("half", resolve), { signal: controller.signal }).catch((error: unknown) => error);
    });
    expect(await findings()).toEqual([]);
    expect(await removeLeftovers({ root })).toEqual([]);
    controller.abort();
    expect(await put).toMatchObject({ name: "AbortError" });
  });

  it("names content that is damaged, and only that", async () => {
    const [damaged = digestOfBytes(""), cut = digestOfBytes("")] = await storeOf("damaged", "cut short", "whole");
    await flipBit(nodeDisk, blob(damaged));
    await chmod(blob(cut), 0o600);
    await writeFile(blob(cut), "cut");
    await chmod(blob(cut), 0o444);
    const found = await findings();
    expect(found.map(({ code, severity, path, digest }) => ({ code, severity, path, digest }))).toEqual(
      expect.arrayContaining([damaged, cut].map((digest) => ({ code: "BLOB_DAMAGED", severity: "error", path: blob(digest), digest }))),
    );
    expect(found).toHaveLength(2);
    expect(found[0]?.message).toContain(String(found[0]?.digest));
  });

  it("reads no content when it is told not to", async () => {
    const [damaged = digestOfBytes("")] = await storeOf("damaged");
    await flipBit(nodeDisk, blob(damaged));
    expect(await all(checkDiskArtifacts({ root, content: false }))).toEqual([]);
  });

  it("names what lies in the place of content, and content that can be written to", async () => {
    const [link = digestOfBytes(""), open = digestOfBytes("")] = await storeOf("link", "open");
    await rename(blob(link), join(root, "blobs", "elsewhere"));
    await symlink(join(root, "blobs", "elsewhere"), blob(link));
    await mkdir(blob(digestOfBytes("directory")));
    await chmod(blob(open), 0o644);
    expect((await findings()).map(brief).sort()).toEqual(
      [
        "info FOREIGN_FILE blobs/elsewhere",
        `error BLOB_NOT_A_FILE blobs/sha256/${hexOfDigest(link)}`,
        `error BLOB_NOT_A_FILE blobs/sha256/${hexOfDigest(digestOfBytes("directory"))}`,
        `warning BLOB_WRITABLE blobs/sha256/${hexOfDigest(open)}`,
      ].sort(),
    );
  });

  it("names files of the layout that are missing or are something else, and files of others", async () => {
    await storeOf("one");
    await rm(join(root, "index.json"), { force: true });
    await chmod(join(root, "oci-layout"), 0o644);
    for (const text of ["{", "1", "null", '{"imageLayoutVersion":"2.0.0"}']) {
      await writeFile(join(root, "oci-layout"), text);
      expect((await findings()).map(brief)).toEqual(["warning LAYOUT_INVALID oci-layout", "warning LAYOUT_MISSING index.json"]);
    }
    await writeFile(join(root, "oci-layout"), '{"imageLayoutVersion":"1.0.0","more":1}');
    await writeFile(join(root, "index.json"), '{"schemaVersion":2,"manifests":[{}]}');
    await writeFile(join(root, "notes"), "");
    await writeFile(join(root, "blobs", "sha256", "README"), "");
    expect((await findings()).map(brief)).toEqual(["info FOREIGN_FILE notes", "info FOREIGN_FILE blobs/sha256/README"]);
  });

  it("has the missing files of a layout made by the next one who puts something", async () => {
    await storeOf("one");
    await rm(join(root, "index.json"), { force: true });
    await storeOf("one");
    expect(await findings()).toEqual([]);
  });

  it("stops when the signal is aborted", async () => {
    await storeOf("one");
    await expect(all(checkDiskArtifacts({ root, signal: AbortSignal.abort() }))).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("removeLeftovers", () => {
  it("removes what a killed writer left, and nothing of a living one", async () => {
    await using living = diskArtifactStore({ root });
    const kept = await living.put("kept");
    await killedWriter();
    const [found] = await findings();
    expect(found).toMatchObject({ code: "LEFTOVER", severity: "warning", message: "a writer that was killed left 1 unfinished files" });
    expect(await removeLeftovers({ root })).toEqual([found?.path]);
    expect(await findings()).toEqual([]);
    expect(await readdir(join(root, "tmp"))).toHaveLength(2);
    expect(await readText(living, kept)).toBe("kept");
    await living.put("still works");
  });

  it("removes what is left of a writer that was killed between its lock and its directory", async () => {
    await storeOf("one");
    const id = crypto.randomUUID();
    const lock = await kernelLocks().acquire(join(root, "tmp", `${id}.lock`));
    await lock?.release();
    expect((await findings()).map(brief)).toEqual([`info LEFTOVER tmp/${id}`]);
    expect(await removeLeftovers({ root })).toHaveLength(1);
    expect(await readdir(join(root, "tmp"))).toEqual([]);
  });

  it("takes nothing from a writer that begins while it works", async () => {
    let swept: Promise<unknown> = Promise.resolve();
    // A writer is most at risk between its directory and its lock.
    const locks = kernelLocks();
    const acquire: typeof locks.acquire = async (path) => {
      swept = removeLeftovers({ root });
      await swept;
      locks.acquire = kernelLocks().acquire;
      return kernelLocks().acquire(path);
    };
    await using store = diskArtifactStore({ root, locks: Object.assign(locks, { acquire }) });
    expect(await readText(store, await store.put("content"))).toBe("content");
    expect(await swept).toHaveLength(1);
    expect(await findings()).toEqual([]);
  });
});

describe("quarantineBlob", () => {
  it("moves damaged content out of the store, so that it can be put again", async () => {
    const [digest = digestOfBytes("")] = await storeOf("content");
    for (let time = 0; time < 2; time++) {
      await flipBit(nodeDisk, blob(digest));
      const place = await quarantineBlob({ root }, digest);
      expect(place).toBe(join(root, "damaged", hexOfDigest(digest)));
      expect(await readFile(place!, "utf8")).not.toBe("content");
      expect(await diskArtifactStore({ root }).get(digest)).toBeUndefined();
      await storeOf("content");
      expect(await findings()).toEqual([]);
    }
  });

  it("moves what is no file", async () => {
    await storeOf("one");
    await symlink("nowhere", blob(digestOfBytes("link")));
    await quarantineBlob({ root }, digestOfBytes("link"));
    expect(await findings()).toEqual([]);
  });

  it("leaves content that is whole, and does nothing for content that is not there", async () => {
    const [digest = digestOfBytes("")] = await storeOf("content");
    expect(await quarantineBlob({ root }, digest)).toBeUndefined();
    expect(await quarantineBlob({ root }, digestOfBytes("nothing"))).toBeUndefined();
    expect(await readText(diskArtifactStore({ root }), digest)).toBe("content");
  });

  it("puts content back that became whole while it was moved", async () => {
    const [digest = digestOfBytes("")] = await storeOf("content");
    await flipBit(nodeDisk, blob(digest));
    const fs = {
      ...nodeDisk,
      async rename(from: string, to: string) {
        if (from === blob(digest)) {
          await rm(from, { force: true });
          await storeOf("content");
        }
        await nodeDisk.rename(from, to);
      },
    };
    expect(await quarantineBlob({ root, fs }, digest)).toBeUndefined();
    expect(await readText(diskArtifactStore({ root }), digest)).toBe("content");
    expect(await findings()).toEqual([]);
  });
});

describe("protectBlob", () => {
  it("takes the permission to write, and no other", async () => {
    const [digest = digestOfBytes("")] = await storeOf("content");
    await chmod(blob(digest), 0o640);
    await protectBlob({ root }, digest);
    expect(((await nodeDisk.lstat(blob(digest))).mode ?? 0) & 0o777).toBe(0o440);
    expect(await findings()).toEqual([]);
    await protectBlob({ root }, digestOfBytes("nothing"));
  });
});

describe("repairLayout", () => {
  it("makes what is missing or torn, and keeps what lay there", async () => {
    await storeOf("one");
    expect(await repairLayout({ root })).toEqual([]);
    await rm(join(root, "index.json"), { force: true });
    await rm(join(root, "oci-layout"), { force: true });
    await writeFile(join(root, "oci-layout"), "torn");
    expect(await repairLayout({ root })).toEqual([join(root, "oci-layout"), join(root, "index.json")]);
    expect(await findings()).toEqual([]);
    expect(await readFile(join(root, "damaged", "oci-layout"), "utf8")).toBe("torn");
  });
});
