import { describe, expect, it } from "vitest";
import { type DiskFs, memoryLocks } from "@dad/disk";
import { type DiskCall, type Fault, faultyDisk, type PowerLossDisk, powerLossDisk, type Survival } from "@dad/disk/testing";
import { type Digest, digestOfBytes } from "@dad/protocol";
import { checkDiskArtifacts, diskArtifactStore, diskArtifactView, removeLeftovers } from "./disk.ts";
import type { ArtifactStore } from "./artifact-store.ts";
import { readText } from "./read.ts";
import { all, chunks } from "./testing/bodies.ts";

const ROOT = "/runs/.dad/blobs";
/** Kept by an earlier process. */
const BEFORE = "before ".repeat(2000);
const TEXT = "content ".repeat(2000);
const MOST_CALLS = 200;
/** Ways in which the power fails. `DAD_FAULT_SEEDS` says how many, where there is time for more. */
const SEEDS = Number(process.env["DAD_FAULT_SEEDS"] ?? 8);
const SURVIVALS: readonly Survival[] = ["nothing", "everything", ...Array.from({ length: SEEDS }, (_, seed) => ({ seed }))];

/** A disk on which one process has put something. */
async function usedDisk(): Promise<PowerLossDisk> {
  const fs = powerLossDisk();
  await using store = diskArtifactStore({ root: ROOT, fs, locks: memoryLocks() });
  await store.put(BEFORE);
  return fs;
}

/** What the next process finds: whether everything that was promised is whole, and whether the store works. */
async function nextProcess(fs: DiskFs, promised: readonly Digest[]): Promise<Found> {
  const place = { root: ROOT, fs, locks: memoryLocks() };
  const codes = async () => (await all(checkDiskArtifacts(place))).map(({ code }) => code);
  await removeLeftovers(place);
  const found = (await codes()).filter((code) => code !== "LAYOUT_MISSING");
  await using store = diskArtifactStore(place);
  const lost: Digest[] = [];
  for (const digest of promised) if (!(await isWhole(store, digest))) lost.push(digest);
  const put = await Promise.all([TEXT, BEFORE].map(async (text) => (await store.put(text)).digest));
  for (const digest of put) if (!(await isWhole(store, digest))) lost.push(digest);
  const listed = await all(store.list());
  return { found, lost, more: listed.filter((digest) => !put.includes(digest)), foundLater: await codes() };
}

interface Found {
  readonly found: readonly string[];
  readonly lost: readonly Digest[];
  readonly more: readonly Digest[];
  readonly foundLater: readonly string[];
}

const SOUND: Found = { found: [], lost: [], more: [], foundLater: [] };

async function isWhole(store: ArtifactStore, digest: Digest): Promise<boolean> {
  return readText(store, digest).then(
    (text) => digestOfBytes(text) === digest,
    () => false,
  );
}

interface Trial {
  /** A disk for the trial, in its starting state. */
  readonly start: () => Promise<PowerLossDisk>;
  readonly fault: Fault;
}

/** Puts something on a disk that goes wrong at one call after another, until there is no such call. */
async function* tryEachCall({ start, fault }: Trial): AsyncGenerator<{ disk: PowerLossDisk; call: DiskCall; outcome: string }, void> {
  for (let number = 1; number < MOST_CALLS; number++) {
    const disk = await start();
    let hit: DiskCall | undefined;
    const onCall = (call: DiskCall) => (call.number === number ? ((hit = call), fault) : undefined);
    const store = diskArtifactStore({ root: ROOT, fs: faultyDisk(disk, onCall), locks: memoryLocks() });
    const outcome = await store.put(TEXT).then(
      () => "stored",
      (error: NodeJS.ErrnoException) => error.code ?? error.message,
    );
    if (hit === undefined) return;
    yield { disk, call: hit, outcome };
  }
  throw new Error(`one put makes more than ${MOST_CALLS} calls`);
}

const STARTS: ReadonlyArray<readonly [string, () => Promise<PowerLossDisk>, readonly Digest[]]> = [
  ["a new store", async () => powerLossDisk(), []],
  ["a store that was used", usedDisk, [digestOfBytes(BEFORE)]],
  [
    "a store that has the content",
    async () => {
      const fs = await usedDisk();
      await using store = diskArtifactStore({ root: ROOT, fs, locks: memoryLocks() });
      await store.put(TEXT);
      return fs;
    },
    [digestOfBytes(BEFORE), digestOfBytes(TEXT)],
  ],
];

describe.each(STARTS)("a put into %s", (_what, start, promised) => {
  it.each(["ENOSPC", "EIO", "EACCES", "EMFILE", "EROFS"])(
    "fails whole whichever call fails with %s, and is acknowledged only when it is done",
    async (code) => {
      const outcomes = new Set<string>();
      for await (const { disk, outcome } of tryEachCall({ start, fault: { kind: "fail", code } })) {
        outcomes.add(outcome);
        const kept = outcome === "stored" ? [...promised, digestOfBytes(TEXT)] : promised;
        expect(await nextProcess(disk, kept)).toEqual(SOUND);
        // Also when the power fails after it.
        expect(await nextProcess(disk.afterPowerLoss("nothing"), kept)).toEqual(SOUND);
      }
      outcomes.delete("stored");
      expect([...outcomes]).toEqual(["ARTIFACT_STORAGE_FAILED"]);
    },
  );

  it.each(["before", "during", "after"] as const)("leaves what was there and no half content when the process ends %s any call", async (when) => {
    for await (const { disk } of tryEachCall({ start, fault: { kind: "crash", when } })) {
      expect(await nextProcess(disk, promised)).toEqual(SOUND);
    }
  });

  it.each(["before", "during", "after"] as const)("leaves what was there and no half content when the power fails %s any call", async (when) => {
    for await (const { disk } of tryEachCall({ start, fault: { kind: "crash", when } })) {
      for (const survival of SURVIVALS) expect(await nextProcess(disk.afterPowerLoss(survival), promised)).toEqual(SOUND);
    }
  });

  it("survives a power failure once it is acknowledged, in a string and in pieces", async () => {
    for (const body of [() => TEXT, () => chunks(TEXT.slice(0, 5000), TEXT.slice(5000))]) {
      const disk = await start();
      await diskArtifactStore({ root: ROOT, fs: disk, locks: memoryLocks() }).put(body());
      for (const survival of SURVIVALS) expect(await nextProcess(disk.afterPowerLoss(survival), [...promised, digestOfBytes(TEXT)])).toEqual(SOUND);
    }
  });
});

describe("content that a relaxed store has put", () => {
  const relaxedDisk = async () => {
    const fs = powerLossDisk();
    await diskArtifactStore({ root: ROOT, fs, locks: memoryLocks(), durability: "relaxed" }).put(TEXT);
    return fs;
  };

  it("is there when its process was killed", async () => {
    expect(await nextProcess(await relaxedDisk(), [digestOfBytes(TEXT)])).toEqual(SOUND);
  });

  it("survives a power failure once a strict store has acknowledged it", async () => {
    const disk = await relaxedDisk();
    await diskArtifactStore({ root: ROOT, fs: disk, locks: memoryLocks() }).put(TEXT);
    for (const survival of SURVIVALS) expect(await nextProcess(disk.afterPowerLoss(survival), [digestOfBytes(TEXT)])).toEqual(SOUND);
  });
});

describe("20 puts at once", () => {
  it("survive a power failure, those that were acknowledged, whichever sync the disk crashes at", async () => {
    const texts = Array.from({ length: 20 }, (_, index) => `content ${index} `.repeat(100));
    for (let number = 1; number <= 20; number++) {
      const disk = powerLossDisk();
      let syncs = 0;
      const onCall = ({ operation }: DiskCall): Fault | undefined =>
        operation === "sync" && ++syncs === number ? { kind: "crash", when: "before" } : undefined;
      const store = diskArtifactStore({ root: ROOT, fs: faultyDisk(disk, onCall), locks: memoryLocks() });
      const puts = await Promise.allSettled(texts.map((text) => store.put(text)));
      const acknowledged = puts.flatMap((put) => (put.status === "fulfilled" ? [put.value.digest] : []));
      const left = diskArtifactStore({ root: ROOT, fs: disk.afterPowerLoss("nothing"), locks: memoryLocks() });
      const whole = await Promise.all(acknowledged.map((digest) => isWhole(left, digest)));
      expect(whole).not.toContain(false);
    }
  });
});

describe("a view", () => {
  it.each(["ENOSPC", "EIO", "EMFILE"])("shows the old or the new content whichever call fails with %s, and leaves nothing else", async (code) => {
    for (let number = 1; number < MOST_CALLS; number++) {
      const disk = powerLossDisk();
      const store = diskArtifactStore({ root: ROOT, fs: disk, locks: memoryLocks() });
      const [old, next] = [await store.put("old"), await store.put(TEXT)];
      const path = "node/result.json" as never;
      await diskArtifactView({ root: "/runs/one", store, fs: disk }).place(path, old);
      let hit = false;
      const onCall = (call: DiskCall): Fault | undefined => (call.number === number ? ((hit = true), { kind: "fail", code }) : undefined);
      const view = diskArtifactView({ root: "/runs/one", store, fs: faultyDisk(disk, onCall) });
      const placed = await view.place(path, next).then(
        () => TEXT,
        () => "old",
      );
      if (!hit) return;
      expect(await disk.readFile("/runs/one/node/result.json", "utf8")).toBe(placed);
      expect((await disk.readdir("/runs/one/node", { withFileTypes: true })).map(({ name }) => name)).toEqual(["result.json"]);
    }
    throw new Error(`one file of a view takes more than ${MOST_CALLS} calls`);
  });
});
