import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import * as nodeFs from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { createFsFromVolume, Volume } from "memfs";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { type DiskFile, type DiskFs, type Locks, memoryLocks, nodeDisk } from "@dad/disk";
import { RunId, RunOwner } from "@dad/protocol";
import { diskJournalStore } from "./disk.ts";
import { journalStoreContract } from "./testing.ts";
import { numbered, recorded, RUN, runIdsOf, upTo } from "./testing/drafts.ts";

const base = await mkdtemp(join(tmpdir(), "dad journal "));
afterAll(() => rm(base, { recursive: true, force: true }));
let count = 0;
let root: string;
const freshRoot = () => (root = join(base, String(++count), "not there yet"));
const store = (fs?: DiskFs) => diskJournalStore({ root, ...(fs ? { fs } : {}) });
const storeInMemory = (fs: DiskFs) => diskJournalStore({ root, fs, locks: memoryLocks() });
const journalOf = (runId: string) => join(root, runId, "journal.jsonl");
const recordOf = (runId: string) => join(root, ".dad", "locks", `${runId}.json`);

async function flipByte(fs: Pick<typeof nodeFs, "readFile" | "writeFile">, path: string, seq: number): Promise<void> {
  const lines = (await fs.readFile(path, "utf8")).split("\n");
  lines[seq - 1] = lines[seq - 1]!.replace(/"number":(\d)/, (_all, digit: string) => `"number":${Number(digit) ^ 1}`);
  await fs.writeFile(path, lines.join("\n"));
}

journalStoreContract("diskJournalStore", {
  create: () => diskJournalStore({ root: freshRoot() }),
  reopen: () => store(),
  damage: (runId, seq) => flipByte(nodeFs, journalOf(runId), seq),
  remove: (runId) => rm(join(root, runId), { recursive: true }),
});

describe("on memfs", () => {
  let fs: typeof nodeFs;
  let locks: Locks;
  const open = () => diskJournalStore({ root: "/runs", fs, locks });
  journalStoreContract("diskJournalStore", {
    create() {
      fs = inMemory();
      locks = memoryLocks();
      return open();
    },
    reopen: open,
    damage: (runId, seq) => flipByte(fs, `/runs/${runId}/journal.jsonl`, seq),
    remove: (runId) => fs.rm(`/runs/${runId}`, { recursive: true }),
  });
});

/** A disk that holds these files. */
function inMemory(files: Record<string, Buffer> = {}): typeof nodeFs {
  const volume = new Volume();
  volume.fromJSON(files);
  return createFsFromVolume(volume).promises as unknown as typeof nodeFs;
}

async function createWith(entries: number): Promise<Buffer> {
  await using journal = await store().create(RUN);
  for (const number of upTo(entries)) await journal.append(numbered(number));
  return await readFile(journalOf(RUN));
}

describe("a journal on disk", () => {
  beforeEach(freshRoot);

  it("makes nothing before a run is created", async () => {
    await runIdsOf(store());
    await store().owner(RUN);
    await expect(readdir(root)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("is one line for each entry, and leaves no owner behind", async () => {
    const text = (await createWith(3)).toString();
    expect(text.split("\n").map((line) => line && (JSON.parse(line) as { seq: number }).seq)).toEqual([1, 2, 3, ""]);
    expect(await readdir(join(root, RUN))).toEqual(["journal.jsonl"]);
    expect(await readdir(join(root, ".dad", "locks"))).toEqual([`${RUN}.lock`]);
  });

  it("is read up to its last whole entry, goes on there and says so, wherever the last line was torn", async () => {
    const whole = await createWith(3);
    const start = whole.lastIndexOf(0x0a, -2) + 1;
    for (let length = start + 1; length < whole.length; length++) {
      const fs = inMemory({ [journalOf(RUN)]: whole.subarray(0, length) });
      expect((await recorded(storeInMemory(fs))).map(({ seq }) => seq)).toEqual([1, 2]);
      const told: number[] = [];
      await using journal = await storeInMemory(fs).open(RUN, { replay: ({ seq }) => told.push(seq) });
      expect(told).toEqual([1, 2, 3]);
      expect(await journal.append(numbered(4))).toMatchObject({ seq: 4, epoch: 2 });
      const events = await recorded(storeInMemory(fs));
      expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
      expect(events[2]).toMatchObject({ type: "journal.recovered", bytes: length - start, kept: "journal.torn-1", epoch: 2 });
      expect(await fs.readFile(join(root, RUN, "journal.torn-1"))).toEqual(whole.subarray(start, length));
    }
  });

  it.each(["garbage", "garbage\n", "\0\0\0\0", "{}\n", "\n", Buffer.from([0xff, 0xfe, 0x0a])])(
    "takes %j at its end for a torn entry",
    async (garbage) => {
      let whole = await createWith(2);
      for (const round of upTo(2)) {
        await appendFile(journalOf(RUN), garbage);
        expect(await recorded(store())).toHaveLength(1 + round);
        await (await store().open(RUN))[Symbol.asyncDispose]();
        const after = await readFile(journalOf(RUN));
        expect(after.subarray(0, whole.length)).toEqual(whole);
        expect((await recorded(store())).at(-1)).toMatchObject({ type: "journal.recovered", kept: `journal.torn-${round}` });
        expect(await readFile(join(root, RUN, `journal.torn-${round}`))).toEqual(Buffer.from(garbage));
        whole = after;
      }
    },
  );

  it("is damaged wherever one bit before its last line changed", async () => {
    const whole = await createWith(3);
    const [first, last] = [whole.indexOf(0x0a) + 1, whole.lastIndexOf(0x0a, -2)];
    for (let place = 0; place < last; place++) {
      const bytes = Buffer.from(whole);
      bytes[place]! ^= 1 << (place % 8);
      // A newline that came or went moves the place of the damage, not the damage.
      const line = expect.toSatisfy((found: number) => found === (place < first ? 1 : 2));
      await expect(recorded(storeInMemory(inMemory({ [journalOf(RUN)]: bytes })))).rejects.toMatchObject({
        code: "JOURNAL_DAMAGED",
        details: { line },
      });
    }
  });

  it.each<[string, (lines: string[]) => string[]]>([
    ["one is missing", ([first, , third]) => [first!, third!, ""]],
    ["one is there twice", ([first, second, third]) => [first!, first!, second!, third!, ""]],
    ["two changed places", ([first, second, third]) => [second!, first!, third!, ""]],
    ["the first is missing", ([, second, third]) => [second!, third!, ""]],
    ["one has white space", ([first, second, third]) => [first!.replace(",", ", "), second!, third!, ""]],
  ])("is damaged when of its entries %s", async (_what, change) => {
    const lines = (await createWith(3)).toString().split("\n");
    await writeFile(journalOf(RUN), change(lines).join("\n"));
    await expect(recorded(store())).rejects.toMatchObject({ code: "JOURNAL_DAMAGED" });
  });

  it("is damaged when it was copied from another run", async () => {
    await createWith(2);
    const other = RunId.parse("other");
    await mkdir(join(root, other));
    await writeFile(journalOf(other), await readFile(journalOf(RUN)));
    await expect(recorded(store(), other)).rejects.toMatchObject({ code: "JOURNAL_DAMAGED", details: { runId: other, line: 1 } });
  });

  it.each(["", "\n"])("is read while the next writer cuts a torn entry, followed by %j, off and goes on", async (end) => {
    const whole = await createWith(2);
    const fs = inMemory({ [journalOf(RUN)]: Buffer.concat([whole.subarray(0, -20), Buffer.from(end)]) });
    const continuing = wrapFiles(
      {
        async read(file, ...range) {
          const found = await file.read(...range);
          if (range[2] > 1 && found.bytesRead > 0 && (await fs.readFile(journalOf(RUN))).length < whole.length) {
            await using journal = await storeInMemory(fs).open(RUN);
            for (const number of upTo(4)) await journal.append(numbered(number));
          }
          return found;
        },
      },
      { on: fs },
    );
    expect((await recorded(storeInMemory(continuing))).map(({ seq }) => seq)).toEqual(upTo(6));
  });

  it("gives back entries that are longer than any buffer", async () => {
    await using journal = await store().create(RUN);
    const texts = ["a", "ü".repeat(700_000), "c"];
    for (const text of texts) await journal.append({ type: "custom.emitted", name: "long", data: text });
    expect((await recorded(store())).map((event) => event.type === "custom.emitted" && event.data)).toEqual(texts);
  });
});

describe("a run directory", () => {
  beforeEach(freshRoot);

  it("is no run, but keeps its id taken, when its maker died before it made the journal", async () => {
    await mkdir(join(root, RUN), { recursive: true });
    expect(await runIdsOf(store())).toEqual([]);
    await expect(recorded(store())).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
    await expect(store().open(RUN)).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
    await expect(store().create(RUN)).rejects.toMatchObject({ code: "RUN_EXISTS" });
  });

  it("is a run in which nothing happened when its maker died before the first entry", async () => {
    await mkdir(join(root, RUN), { recursive: true });
    await writeFile(journalOf(RUN), "");
    expect(await runIdsOf(store())).toEqual([RUN]);
    expect(await recorded(store())).toEqual([]);
    await using journal = await store().open(RUN);
    expect(await journal.append(numbered(1))).toMatchObject({ seq: 1, epoch: 1 });
  });

  it("is listed only when it is one", async () => {
    await createWith(1);
    await writeFile(join(root, "a-file"), "");
    await mkdir(join(root, "outcome"));
    await writeFile(join(root, "outcome", "journal.jsonl"), "");
    await mkdir(join(root, "no-journal"));
    await mkdir(join(root, "journal-is-a-directory", "journal.jsonl"), { recursive: true });
    await symlink(RUN, join(root, "a-link"));
    expect(await runIdsOf(store())).toEqual([RUN]);
    for (const runId of ["a-file", "no-journal"].map((id) => RunId.parse(id))) {
      await expect(recorded(store(), runId)).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
      await expect(store().open(runId)).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
    }
  });
});

describe("a run root", () => {
  beforeEach(freshRoot);

  it("may be a link to a directory", async () => {
    await mkdir(join(root, "..", "elsewhere"), { recursive: true });
    await symlink("elsewhere", root);
    await createWith(1);
    expect(await readdir(join(root, "..", "elsewhere", RUN))).toEqual(["journal.jsonl"]);
  });

  it("is durable in every directory above it that was made for it", async () => {
    const opened: string[] = [];
    const fs: DiskFs = { ...nodeFs, open: (path, flags) => (opened.push(path), nodeFs.open(path, flags)) };
    await (await store(fs).create(RUN))[Symbol.asyncDispose]();
    for (const above of [join(root, "..", ".."), join(root, ".."), root]) expect(opened).toContain(above);
  });

  it("is made by many at once", async () => {
    const runIds = upTo(20).map((number) => RunId.parse(`run${number}`));
    await Promise.all(runIds.map(async (runId) => (await store().create(runId))[Symbol.asyncDispose]()));
    expect(await runIdsOf(store())).toHaveLength(20);
  });
});

describe("a failing disk", () => {
  beforeEach(freshRoot);

  it.each<[string, Faults]>([
    ["has no space", { write: () => rejection("ENOSPC") }],
    ["takes only a part", { write: (file, buffer) => file.write(buffer, 0, 5) }],
    ["cannot make it durable", { datasync: () => rejection("EIO") }],
  ])("ends the journal for good when it %s", async (_what, faults) => {
    let failing = false;
    const journal = await store(wrapFiles(faults, { isFailing: () => failing })).create(RUN);
    await journal.append(numbered(1));
    failing = true;
    const appends = await Promise.allSettled([journal.append(numbered(2)), journal.append(numbered(3))]);
    failing = false;
    for (const append of appends) expect(append).toMatchObject({ status: "rejected", reason: { code: "JOURNAL_STORAGE_FAILED" } });
    await expect(journal.append(numbered(4))).rejects.toMatchObject({ code: "JOURNAL_CLOSED", cause: { code: "JOURNAL_STORAGE_FAILED" } });
    await journal[Symbol.asyncDispose]();
    await using next = await store().open(RUN);
    const { seq } = await next.append(numbered(5));
    expect((await recorded(store())).map((event) => event.seq)).toEqual(upTo(seq));
  });

  it("also ends what was appended while the failing write was going on", async () => {
    const { promise: written, reject } = Promise.withResolvers<never>();
    let failing = false;
    const journal = await store(wrapFiles({ write: () => written }, { isFailing: () => failing })).create(RUN);
    failing = true;
    const appends = [journal.append(numbered(1))];
    await Promise.resolve();
    await Promise.resolve();
    appends.push(journal.append(numbered(2)));
    failing = false;
    reject(new Error("EIO: injected"));
    for (const append of await Promise.allSettled(appends)) expect(append).toMatchObject({ reason: { code: "JOURNAL_STORAGE_FAILED" } });
    await journal[Symbol.asyncDispose]();
  });

  it("is asked once for many entries", async () => {
    const calls: string[] = [];
    const faults: Faults = {
      write: async (file, ...range) => file.write(...range).finally(() => calls.push("write")),
      datasync: async (file) => file.datasync().finally(() => calls.push("datasync")),
    };
    await using journal = await store(wrapFiles(faults)).create(RUN);
    await Promise.all(upTo(100).map((number) => journal.append(numbered(number))));
    expect(calls).toEqual(["write", "datasync"]);
  });

  it.each(["create", "open"] as const)("is waited for no longer than until %s is aborted", async (how) => {
    if (how === "open") await createWith(1);
    const controller = new AbortController();
    // The owner is about to be written.
    const fs: DiskFs = { ...nodeFs, writeFile: (...args) => (controller.abort(), nodeFs.writeFile(...args)) };
    await expect(store(fs)[how](RUN, { signal: controller.signal })).rejects.toMatchObject({ name: "AbortError" });
    expect(await readdir(join(root, ".dad", "locks"))).toEqual([`${RUN}.lock`]);
    await (await store()[how](RUN))[Symbol.asyncDispose]();
  });

  it("leaves no half-made run behind", async () => {
    const fs: DiskFs = { ...nodeFs, open: (path, flags) => (flags === "ax" ? rejection("ENOSPC") : nodeFs.open(path, flags)) };
    await expect(store(fs).create(RUN)).rejects.toMatchObject({ code: "JOURNAL_STORAGE_FAILED", cause: { code: "ENOSPC" } });
    expect(await readdir(root)).toEqual([".dad"]);
    expect(await readdir(join(root, ".dad", "locks"))).toEqual([`${RUN}.lock`]);
    await (await store().create(RUN))[Symbol.asyncDispose]();
  });

  it("is named when no run can be made in it", async () => {
    await mkdir(join(root, ".."), { recursive: true });
    await writeFile(root, "a file");
    await expect(store().create(RUN)).rejects.toMatchObject({ code: "JOURNAL_STORAGE_FAILED", message: expect.stringContaining(root) });
  });

  it.each(["a file", "below a file"])("is not taken for one without runs when it is %s", async (what) => {
    await mkdir(join(root, ".."), { recursive: true });
    await writeFile(root, "a file");
    const journals = diskJournalStore({ root: what === "a file" ? root : join(root, "runs") });
    for (const call of [
      () => runIdsOf(journals),
      () => recorded(journals),
      () => journals.open(RUN),
      () => journals.create(RUN),
      () => journals.owner(RUN),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: "JOURNAL_STORAGE_FAILED", message: expect.stringContaining(root) });
    }
  });

  it("does not keep anybody waiting for ever where nothing can be made", async () => {
    const journals = diskJournalStore({ root: "/proc/x/y" });
    await expect(journals.create(RUN)).rejects.toMatchObject({ code: "JOURNAL_STORAGE_FAILED", message: expect.stringContaining("/proc/x") });
  });
});

describe("an owner record", () => {
  beforeEach(freshRoot);

  it("tells a process from every other one, as far as the kernel does", async () => {
    await using _journal = await store().create(RUN);
    const owner = RunOwner.parse(JSON.parse(await readFile(recordOf(RUN), "utf8")));
    expect(owner).toMatchObject({ pid: process.pid, host: hostname(), epoch: 1 });
    expect([owner.startTime === undefined, owner.bootId === undefined]).toEqual(Array(2).fill(process.platform !== "linux"));
  });

  it.each(["of a living process", "", "{", "[]"])("that nobody holds the lock of keeps nobody out (%j)", async (text) => {
    await (await store().create(RUN))[Symbol.asyncDispose]();
    const owner = { pid: process.pid, host: hostname(), since: new Date().toISOString(), claim: crypto.randomUUID(), epoch: 7 };
    await writeFile(recordOf(RUN), text === "of a living process" ? JSON.stringify(owner) : text);
    expect(await store().owner(RUN)).toBeUndefined();
    await using journal = await store().open(RUN);
    // Its epoch is not used again: it may have been about to write in it.
    const epoch = text === "of a living process" ? 8 : 1;
    expect(journal.epoch).toBe(epoch);
    expect(await store().owner(RUN)).toMatchObject({ pid: process.pid, epoch });
  });

  it("goes with its owner, and leaves only a lock that nobody holds", async () => {
    await (await store().create(RUN))[Symbol.asyncDispose]();
    expect(await readdir(join(root, ".dad", "locks"))).toEqual([`${RUN}.lock`]);
  });
});

describe("a run that is taken over", () => {
  beforeEach(freshRoot);
  const seqs = async () => (await recorded(store())).map(({ seq, epoch }) => [seq, epoch]);

  /** Opens the run by a process that stops at some operation, until it is woken up. */
  function stopping(at: (operation: string, path: string) => boolean) {
    const [stopped, awake] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const pause = async (operation: string, path: string): Promise<void> => {
      if (!at(operation, path)) return;
      stopped.resolve();
      await awake.promise;
    };
    const fs: DiskFs = {
      ...nodeDisk,
      open: async (path, flags) => {
        const file = await nodeDisk.open(path, flags);
        const read: DiskFile["read"] = async (...range) => (await pause(`read ${flags}`, path), file.read(...range));
        return Object.assign(Object.create(file) as DiskFile, { read, ...bound(file) });
      },
    };
    return { fs, stopped: stopped.promise, wake: awake.resolve };
  }

  const bound = (file: DiskFile): Omit<DiskFile, "read"> => ({
    write: (...range) => file.write(...range),
    truncate: (length) => file.truncate(length),
    chmod: (mode) => file.chmod(mode),
    datasync: () => file.datasync(),
    sync: () => file.sync(),
    close: () => file.close(),
  });

  /** What a process gets that opens the run, appends to it, and stops somewhere on the way. */
  const opening = async (fs: DiskFs): Promise<unknown> => {
    await using journal = await store(fs).open(RUN);
    return await journal.append(numbered(9));
  };

  it("loses nothing to one that had been opening it, stopped on the way, and wakes up", async () => {
    await createWith(2);
    await appendFile(journalOf(RUN), "torn");
    const hung = stopping((operation, path) => operation === "read a+" && path === journalOf(RUN));
    const outcome = opening(hung.fs).catch((error: unknown) => error);
    await hung.stopped;
    await using taker = await store().open(RUN, { takeOver: true });
    await taker.append(numbered(1));
    hung.wake();
    expect(await outcome).toMatchObject({ code: "RUN_TAKEN_OVER" });
    await taker.append(numbered(2));
    expect((await seqs()).map(([seq, epoch]) => [seq, epoch === taker.epoch])).toEqual(upTo(5).map((seq) => [seq, seq > 2]));
  });

  it("is still that of its owner when whoever took it could not say so", async () => {
    await using old = await store().create(RUN);
    await old.append(numbered(1));
    const failing: DiskFs = { ...nodeDisk, rename: (from, to) => (to === recordOf(RUN) ? rejection("ENOSPC") : nodeDisk.rename(from, to)) };
    await expect(store(failing).open(RUN, { takeOver: true })).rejects.toMatchObject({ code: "JOURNAL_STORAGE_FAILED" });
    await expect(store().open(RUN)).rejects.toMatchObject({ code: "RUN_LOCKED" });
    expect(await old.append(numbered(2))).toMatchObject({ seq: 2 });
  });

  it("goes to the next one, and not back, when whoever took it failed before it had made it safe", async () => {
    const old = await store().create(RUN);
    await old.append(numbered(1));
    const failing: DiskFs = { ...nodeDisk, rename: (from, to) => (to === journalOf(RUN) ? rejection("ENOSPC") : nodeDisk.rename(from, to)) };
    await expect(store(failing).open(RUN, { takeOver: true })).rejects.toMatchObject({ code: "JOURNAL_STORAGE_FAILED" });
    await using next = await store().open(RUN);
    await expect(old.append(numbered(2))).rejects.toMatchObject({ code: "RUN_TAKEN_OVER" });
    expect(await next.append(numbered(3))).toMatchObject({ seq: 2 });
    await old[Symbol.asyncDispose]();
    expect((await seqs()).map(([seq]) => seq)).toEqual([1, 2]);
  });

  it("goes to one of many who take it at once, and loses nothing", async () => {
    const old = await store().create(RUN);
    for (const number of upTo(50)) await old.append(numbered(number));
    const takers = await Promise.allSettled(upTo(8).map(() => store().open(RUN, { takeOver: true })));
    const journals = takers.filter((taker) => taker.status === "fulfilled").map(({ value }) => value);
    const appends = await Promise.allSettled(journals.map((journal) => journal.append(numbered(51))));
    expect(appends.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await seqs()).map(([seq]) => seq)).toEqual(upTo(51));
    for (const journal of [old, ...journals]) await journal[Symbol.asyncDispose]();
    expect(await store().owner(RUN)).toBeUndefined();
  });
});

interface Faults {
  read?(file: DiskFile, ...range: Parameters<DiskFile["read"]>): ReturnType<DiskFile["read"]>;
  write?(file: DiskFile, ...range: Parameters<DiskFile["write"]>): ReturnType<DiskFile["write"]>;
  datasync?(file: DiskFile): Promise<void>;
}

/** The disk, with its files going through the given functions while it is failing. */
function wrapFiles({ read, write, datasync }: Faults, { on = nodeFs, isFailing = (): boolean => true } = {}): DiskFs {
  const wrap = (file: DiskFile): DiskFile => ({
    read: (...range) => (read ? read(file, ...range) : file.read(...range)),
    write: (...range) => (write && isFailing() ? write(file, ...range) : file.write(...range)),
    truncate: (length) => file.truncate(length),
    chmod: (mode) => file.chmod(mode),
    datasync: () => (datasync && isFailing() ? datasync(file) : file.datasync()),
    sync: () => file.sync(),
    close: () => file.close(),
  });
  return { ...on, open: async (path, flags) => wrap(await on.open(path, flags)) };
}

function rejection(code: string): Promise<never> {
  return Promise.reject(Object.assign(new Error(`${code}: injected`), { code }));
}
