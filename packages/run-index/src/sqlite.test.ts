import { chmod, mkdir, mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import type { RunIndex } from "./run-index.ts";
import { sqliteRunIndex } from "./sqlite.ts";
import { runIndexContract } from "./testing.ts";
import { contentOf, sampleRun, sampleRuns } from "./testing/sample-runs.ts";

const base = await mkdtemp(join(tmpdir(), "dad run index "));
afterAll(() => rm(base, { recursive: true, force: true }));

let count = 0;
let directory: string;
let file: string;

function create(): RunIndex {
  directory = join(base, String(++count), ".dad");
  file = join(directory, "index.sqlite");
  return reopen();
}

function reopen(): RunIndex {
  const index = sqliteRunIndex({ file });
  if (!index) throw new Error("this runtime has no SQLite");
  return index;
}

/** Does something with the database that DAD would not. */
async function meddle(sql: string): Promise<void> {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

async function overwrite(position: number, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, "r+");
  await handle.write(bytes, 0, bytes.byteLength, position);
  await handle.close();
}

/** Replaces a text in the file by another one of the same length. */
async function rewrite(text: string, by: string): Promise<void> {
  await overwrite((await readFile(file)).indexOf(text), Buffer.from(by));
}

runIndexContract("sqliteRunIndex", {
  create,
  reopen,
  damage: {
    deleted: () => rm(file),
    "deleted with its directory": () => rm(directory, { recursive: true }),
    emptied: () => truncate(file, 0),
    "cut in the middle": async () => truncate(file, (await readFile(file)).byteLength / 2),
    "filled with something else": () => writeFile(file, "no database\n".repeat(5000)),
    "a database of somebody else": async () => {
      await rm(file);
      await meddle("CREATE TABLE theirs (a)");
    },
    "one that lacks the table": () => meddle("DROP TABLE buckets"),
    "one whose table has other columns": () => meddle("DROP TABLE buckets; CREATE TABLE buckets (bucket INTEGER PRIMARY KEY, versions INT)"),
    "of a later format": () => meddle("PRAGMA user_version = 2"),
    "changed in a version": () => rewrite('"7-1"', '"9-1"'),
    "changed in an entry": () => rewrite('"status":"interrupted"', '"status":"misreported"'),
    "changed in a key": () => meddle("UPDATE buckets SET bucket = 1000 + bucket"),
    "given a row that DAD did not write": () => meddle("INSERT INTO buckets VALUES (1000, '[]', '[]', 0)"),
    "given a number that is too large": () => meddle("UPDATE buckets SET checksum = 9223372036854775807"),
    "overwritten in its tree": () => overwrite(4096, new Uint8Array(64).fill(0xff)),
  },
});

describe("sqliteRunIndex", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("makes nothing before something is put", async () => {
    const index = create();
    await index.all();
    await expect(readdir(directory)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("leaves one file behind", async () => {
    const index = create();
    await index.put(sampleRuns(10));
    await index.all();
    expect(await readdir(directory)).toEqual(["index.sqlite"]);
  });

  it("is undefined where the runtime has no SQLite", () => {
    vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined);
    expect(sqliteRunIndex({ file: "/index.sqlite" })).toBeUndefined();
  });

  it("waits for another process that writes, and can be told to wait no longer", async () => {
    const index = create();
    await index.put([sampleRun(1)]);
    const writer = new DatabaseSync(file);
    writer.exec("BEGIN EXCLUSIVE");
    const controller = new AbortController();
    const [reading, stopped] = [index.all(), index.put([sampleRun(3)], { signal: controller.signal })];
    controller.abort();
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    writer.exec("COMMIT");
    writer.close();
    expect(await reading).toEqual([sampleRun(1)]);
  });

  it("has a transaction of a killed writer undone", async () => {
    const index = create();
    await index.put(sampleRuns(500));
    const before = await readFile(file);
    const writer = new DatabaseSync(file);
    // More than the cache holds, so that the file is changed before the end.
    writer.exec("PRAGMA synchronous = OFF; PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE buckets SET versions = '[]'");
    const [torn, journal] = [await readFile(file), await readFile(`${file}-journal`)];
    writer.close();
    expect(torn.equals(before)).toBe(false);
    await writeFile(file, torn);
    await writeFile(`${file}-journal`, journal);
    expect(await contentOf(index)).toEqual(sampleRuns(500));
  });

  it("fails when the place cannot be used, and says which it is", async () => {
    const index = create();
    await mkdir(file, { recursive: true });
    await writeFile(join(file, "kept"), "");
    const failed = { code: "RUN_INDEX_FAILED", details: { path: file } };
    await expect(index.all()).rejects.toMatchObject(failed);
    await expect(index.put([sampleRun(1)])).rejects.toMatchObject(failed);
    expect(await readdir(file)).toEqual(["kept"]);
  });

  it("begins anew when its file may not be written to", async () => {
    const index = create();
    await index.put(sampleRuns(3));
    await chmod(file, 0o400);
    await index.put([sampleRun(3)]);
    expect(await contentOf(index)).toContainEqual(sampleRun(3));
  });

  it(
    "says nothing that is wrong and never fails, whichever bytes of its file change, and is whole again when it was read and put to",
    { timeout: 60_000 },
    async () => {
      const index = create();
      const runs = sampleRuns(60);
      await index.put(runs);
      const whole = await readFile(file);
      const known = new Map(runs.map((run) => [run.entry.runId, run]));
      const change = fc.record({ at: fc.oneof(fc.nat(120), fc.nat(whole.byteLength - 1)), to: fc.integer({ min: 0, max: 255 }) });
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
          const damaged = Buffer.from(whole);
          for (const { at, to } of changes) damaged[at] = to;
          await writeFile(file, damaged);
          for (let round = 0; round < 3; round++) {
            for (const run of await index.all()) expect(run).toEqual(known.get(run.entry.runId));
            await index.put(runs);
          }
          expect(await contentOf(index)).toEqual(runs);
        }),
        { numRuns: 60 },
      );
    },
  );
});
