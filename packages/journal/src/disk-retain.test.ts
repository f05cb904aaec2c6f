import { appendFile, lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { type DiskFile, type DiskFs, memoryLocks, nodeDisk } from "@dad/disk";
import { faultyDisk, type PowerLossDisk, powerLossDisk } from "@dad/disk/testing";
import { RunId } from "@dad/protocol";
import { diskJournalStore, type DiskJournalStoreOptions, keepValidPrefix } from "./disk.ts";
import type { JournalStore } from "./journal-store.ts";
import { numbered, recorded, RUN, runIdsOf, upTo } from "./testing/drafts.ts";

const base = await mkdtemp(join(tmpdir(), "dad retain "));
afterAll(() => rm(base, { recursive: true, force: true }));
let root: string;
beforeEach(() => (root = join(base, crypto.randomUUID())));

const ORIGIN = RunId.parse("origin");
const store = (fs: DiskFs = nodeDisk) => diskJournalStore({ root, fs });
const originals = () => join(root, ORIGIN, "journal.jsonl");
const retained = () => join(root, RUN, ".origins", `${ORIGIN}.jsonl`);
const seqsOf = async (journals: JournalStore, through = RUN) => (await recorded(journals, ORIGIN, { through })).map(({ seq }) => seq);

/** An origin with so many entries, and a run that could retain it. */
async function twoRuns(journals: JournalStore, entries: number): Promise<void> {
  await using origin = await journals.create(ORIGIN);
  for (const number of upTo(entries)) await origin.append(numbered(number));
  await using _journal = await journals.create(RUN);
}

function refusing(code: string, on: DiskFs = nodeDisk): DiskFs {
  return { ...on, link: () => Promise.reject(Object.assign(new Error(`${code}: injected`), { code })) };
}

describe("what a run retains on disk", () => {
  it("is a second name of the journal, and no byte more", async () => {
    await twoRuns(store(), 3);
    await store().retain(RUN, ORIGIN);
    expect(await readdir(join(root, RUN), { recursive: true })).toEqual([".origins", "journal.jsonl", `.origins/${ORIGIN}.jsonl`]);
    expect((await lstat(retained())).ino).toBe((await lstat(originals())).ino);
  });

  it.each(["EPERM", "ENOTSUP", "EXDEV", "EMLINK", "EOPNOTSUPP", "ENOSYS"])("is a copy where a second name is refused with %s", async (code) => {
    await twoRuns(store(), 3);
    await store(refusing(code)).retain(RUN, ORIGIN);
    expect(await readdir(join(root, RUN, ".origins"))).toEqual([`${ORIGIN}.jsonl`]);
    expect((await lstat(retained())).ino).not.toBe((await lstat(originals())).ino);
    await rm(dirname(originals()), { recursive: true });
    expect(await seqsOf(store())).toEqual([1, 2, 3]);
  });

  it("is copied up to the last whole entry: what is behind it may be cut off meanwhile", async () => {
    await twoRuns(store(), 2);
    const whole = await readFile(originals());
    await appendFile(originals(), "half an en");
    await store(refusing("EXDEV")).retain(RUN, ORIGIN);
    expect(await readFile(retained())).toEqual(whole);
  });

  it.each(["EIO", "ENOSPC"])("is nothing, and leaves nothing, when the disk refuses it with %s", async (code) => {
    await twoRuns(store(), 2);
    const full: DiskFs = { ...refusing("EXDEV"), rename: refusing(code).link };
    for (const fs of [refusing(code), full]) {
      await expect(store(fs).retain(RUN, ORIGIN)).rejects.toMatchObject({ code: "JOURNAL_STORAGE_FAILED", cause: { code } });
      expect(await readdir(join(root, RUN, ".origins"))).toEqual([]);
    }
  });

  it("is not taken from a place where something else is", async () => {
    await twoRuns(store(), 2);
    await mkdir(retained(), { recursive: true });
    await expect(store().retain(RUN, ORIGIN)).rejects.toMatchObject({ code: "JOURNAL_STORAGE_FAILED", details: { path: retained() } });
    expect(await seqsOf(store())).toEqual([1, 2]);
  });

  it("is taken from where it is still to be had when the origin goes at that moment", async () => {
    await twoRuns(store(), 2);
    await store().retain(RUN, ORIGIN);
    const next = RunId.parse("next");
    await (await store().create(next))[Symbol.asyncDispose]();
    const vanishing: DiskFs = {
      ...nodeDisk,
      async link(path, name) {
        await rm(dirname(originals()), { recursive: true, force: true });
        await nodeDisk.link(path, name);
      },
    };
    await expect(store(vanishing).retain(next, ORIGIN)).rejects.toMatchObject({ code: "RUN_UNKNOWN", details: { runId: ORIGIN } });
    await store(vanishing).retain(next, ORIGIN, { via: RUN });
    expect(await seqsOf(store(), next)).toEqual([1, 2]);
  });

  it("is verified like any journal", async () => {
    await twoRuns(store(), 3);
    await store(refusing("EXDEV")).retain(RUN, ORIGIN);
    await writeFile(retained(), (await readFile(retained(), "utf8")).replace('"number":2', '"number":3'));
    await expect(seqsOf(store())).rejects.toMatchObject({ code: "JOURNAL_DAMAGED", details: { runId: ORIGIN, line: 2 } });
    expect((await recorded(store(), ORIGIN)).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it("makes no run of what lies in its directory", async () => {
    await twoRuns(store(), 1);
    await store().retain(RUN, ORIGIN);
    await rm(dirname(originals()), { recursive: true });
    expect(await runIdsOf(store())).toEqual([RUN]);
    await expect(recorded(store(), ORIGIN)).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
  });
});

describe("a torn end of a journal that is retained", () => {
  it.each(["", "\n"])("followed by %j, is no entry, and is cut off for both names", async (end) => {
    await twoRuns(store(), 3);
    await appendFile(originals(), `{"half":${end}`);
    await store().retain(RUN, ORIGIN);
    expect(await seqsOf(store())).toEqual([1, 2, 3]);
    await using origin = await store().open(ORIGIN);
    await origin.append(numbered(4));
    expect(await seqsOf(store())).toEqual(upTo(5));
    expect(await recorded(store(), ORIGIN, { through: RUN })).toEqual(await recorded(store(), ORIGIN));
  });

  it.each(["", "\n"])("followed by %j, may be cut off and written over while it is read through the other name", async (end) => {
    await twoRuns(store(), 2);
    const whole = await readFile(originals());
    await writeFile(originals(), Buffer.concat([whole.subarray(0, -20), Buffer.from(end)]));
    await store().retain(RUN, ORIGIN);
    let opened = false;
    const fs = readingWith(async (path) => {
      if (path !== retained() || opened) return;
      opened = true;
      await using origin = await store().open(ORIGIN);
      for (const number of upTo(4)) await origin.append(numbered(number));
    });
    const seqs = await seqsOf(store(fs));
    expect(opened).toBe(true);
    expect(seqs).toEqual(upTo(seqs.length));
    expect(await seqsOf(store())).toEqual(upTo(6));
  });
});

/** A disk of which something happens between a reading and what is done with it. */
function readingWith(happens: (path: string) => Promise<void>): DiskFs {
  return {
    ...nodeDisk,
    async open(path, flags) {
      const file = await nodeDisk.open(path, flags);
      const read: DiskFile["read"] = async (...range) => {
        const found = await file.read(...range);
        await happens(path);
        return found;
      };
      return { read, close: () => file.close() } as DiskFile;
    },
  };
}

describe("a journal that was damaged after it was retained", () => {
  it("says so through the other name, also after it was repaired", async () => {
    await twoRuns(store(), 4);
    await store().retain(RUN, ORIGIN);
    await writeFile(originals(), (await readFile(originals(), "utf8")).replace('"number":3', '"number":4'));
    const damaged = { code: "JOURNAL_DAMAGED", details: { runId: ORIGIN, line: 3 } };
    await expect(seqsOf(store())).rejects.toMatchObject(damaged);
    await keepValidPrefix({ root }, ORIGIN);
    await using origin = await store().open(ORIGIN);
    await origin.append(numbered(5));
    expect((await recorded(store(), ORIGIN)).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    await expect(seqsOf(store())).rejects.toMatchObject(damaged);
  });
});

interface Crash {
  readonly kind: (fs: DiskFs) => DiskFs;
  readonly when: "before" | "during" | "after";
}

/** A directory, a name, and syncs of the file and two directories: no fewer of them can be there to crash at. */
const CALLS = 5;

describe("a crash while a run is retained", () => {
  const storeOn = (fs: DiskFs, options: Partial<DiskJournalStoreOptions> = {}) =>
    diskJournalStore({ root: "/runs", fs, locks: memoryLocks(), ...options });
  const kinds: ReadonlyArray<[string, Crash["kind"]]> = [
    ["a second name", (fs) => fs],
    ["a copy", (fs) => refusing("EXDEV", fs)],
  ];

  /** Nothing of the origin is left on the disk but what others have of it. */
  async function removeOrigin(fs: DiskFs): Promise<void> {
    await fs.unlink(`/runs/${ORIGIN}/journal.jsonl`);
    await fs.rmdir(`/runs/${ORIGIN}`);
  }

  /** What is there after a crash is all or nothing, and then all. */
  async function expectToGoOn(fs: DiskFs): Promise<void> {
    const journals = storeOn(fs);
    expect(await seqsOf(journals)).toEqual(upTo(5));
    await journals.retain(RUN, ORIGIN);
    await removeOrigin(fs);
    expect(await seqsOf(journals)).toEqual(upTo(5));
    expect(await runIdsOf(journals)).toEqual([RUN]);
  }

  /** A disk that crashed at one of its calls. */
  async function crashedAt(point: number, { kind, when }: Crash): Promise<{ readonly disk: PowerLossDisk; readonly done: boolean }> {
    const disk = powerLossDisk();
    await twoRuns(storeOn(disk), 5);
    let crashed = false;
    const crashing = faultyDisk(disk, ({ number }) => {
      if (number !== point) return undefined;
      crashed = true;
      return { kind: "crash", when };
    });
    await storeOn(kind(crashing))
      .retain(RUN, ORIGIN)
      .catch((error: unknown) => error);
    return { disk, done: !crashed };
  }

  it.each(kinds)("by %s leaves all of it or nothing, wherever it happens", async (_what, kind) => {
    let point = 0;
    for (let done = false; !done;) {
      point++;
      for (const when of ["before", "during", "after"] as const) {
        const crash = await crashedAt(point, { kind, when });
        await expectToGoOn(crash.disk);
        ({ done } = crash);
      }
    }
    expect(point).toBeGreaterThan(CALLS);
  });

  it.each(kinds)("by %s leaves all of it or nothing, wherever the power fails", async (_what, kind) => {
    let point = 0;
    for (let done = false; !done;) {
      const crash = await crashedAt(++point, { kind, when: "before" });
      for (const survival of ["nothing", "everything", ...upTo(40).map((seed) => ({ seed }))] as const)
        await expectToGoOn(crash.disk.afterPowerLoss(survival));
      ({ done } = crash);
    }
    expect(point).toBeGreaterThan(CALLS);
  });

  it.each(kinds)("by %s takes nothing back of what was acknowledged, also where the origin was promised less", async (_what, kind) => {
    const disk = powerLossDisk();
    await twoRuns(storeOn(disk, { durability: "relaxed" }), 5);
    // Makes the run durable, and not its origin.
    await (await storeOn(disk).open(RUN))[Symbol.asyncDispose]();
    await storeOn(kind(disk)).retain(RUN, ORIGIN);
    await removeOrigin(disk);
    for (const survival of ["nothing", "everything", ...upTo(20).map((seed) => ({ seed }))] as const)
      expect(await seqsOf(storeOn(disk.afterPowerLoss(survival)))).toEqual(upTo(5));
  });
});
