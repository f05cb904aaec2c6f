import { appendFile, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Journal, JournalStore } from "@dad/journal";
import { diskJournalStore } from "@dad/journal/disk";
import { memoryJournalStore } from "@dad/journal/memory";
import { ExecutionId, NO_USAGE, RunId } from "@dad/protocol";
import type { RunIndex } from "@dad/run-index";
import { memoryRunIndex } from "@dad/run-index/memory";
import { sqliteRunIndex } from "@dad/run-index/sqlite";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { listRuns, type RunList } from "./read-runs.ts";

const EXECUTION = ExecutionId.parse("0193a5b0-7a5c-7000-8000-000000000001");

async function startRun(journals: JournalStore, runId: string): Promise<Journal> {
  const journal = await journals.create(RunId.parse(runId));
  await journal.append({ type: "run.started", executionId: EXECUTION, rootComponentId: `agent-of-${runId}` });
  return journal;
}

async function endedRun(journals: JournalStore, runId: string): Promise<void> {
  await using journal = await startRun(journals, runId);
  await journal.append({ type: "run.completed", usage: NO_USAGE });
}

/** A store of which it is known what was read, and of whom the owner was asked. */
function watched(journals: JournalStore): JournalStore & { readonly wasRead: string[]; readonly asked: string[] } {
  const [read, asked]: [string[], string[]] = [[], []];
  return {
    ...journals,
    wasRead: read,
    asked,
    read: (runId, options) => (read.push(runId), journals.read(runId, options)),
    owner: (runId, options) => (asked.push(runId), journals.owner(runId, options)),
  };
}

const list = (journals: JournalStore, index?: RunIndex) => listRuns(journals, { runRoot: "/runs", index });

/** A list in a form that can be compared. */
function comparable({ runs, unreadable, ...rest }: RunList) {
  return { runs, unreadable: unreadable.map(({ runId, error }) => `${runId}: ${String(error)}`).sort(), ...rest };
}

describe("listRuns with an index", () => {
  it("reads only the journals that have changed since the last listing", async () => {
    const journals = watched(memoryJournalStore());
    const index = memoryRunIndex();
    for (const runId of ["one", "two", "three"]) await endedRun(journals, runId);
    const first = await list(journals, index);
    expect(journals.wasRead.splice(0).sort()).toEqual(["one", "three", "two"]);
    await using journal = await journals.open(RunId.parse("two"));
    await journal.append({ type: "custom.emitted", name: "more", data: 1 });
    expect((await list(journals, index)).runs).toEqual(first.runs);
    expect(journals.wasRead).toEqual(["two"]);
  });

  it("says of a run that has not ended whether somebody works on it at this moment", async () => {
    const journals = watched(memoryJournalStore());
    const index = memoryRunIndex();
    await endedRun(journals, "ended");
    const journal = await startRun(journals, "open");
    const statuses = async () => Object.fromEntries((await list(journals, index)).runs.map((run) => [run.runId, run.status]));
    expect(await statuses()).toEqual({ ended: "completed", open: "running" });
    journals.asked.splice(0);
    expect(await statuses()).toEqual({ ended: "completed", open: "running" });
    expect(journals.asked).toEqual(["open"]);
    await journal[Symbol.asyncDispose]();
    expect(await statuses()).toEqual({ ended: "completed", open: "interrupted" });
    await using again = await journals.open(RunId.parse("open"));
    expect(await statuses()).toEqual({ ended: "completed", open: "running" });
    expect(again.epoch).toBe(2);
  });

  it.each([
    ["before", "completed"],
    ["after", "running"],
  ])("does not take a run that ends %s the journals are listed for an interrupted one", async (moment, status) => {
    const memory = memoryJournalStore();
    const index = memoryRunIndex();
    const journal = await startRun(memory, "ending");
    await list(memory, index);
    const end = async () => {
      await journal.append({ type: "run.completed", usage: NO_USAGE });
      await journal[Symbol.asyncDispose]();
    };
    const endingMeanwhile: JournalStore = {
      ...memory,
      async *list(options) {
        if (moment === "before") await end();
        yield* memory.list(options);
        if (moment === "after") await end();
      },
    };
    expect((await list(endingMeanwhile, index)).runs).toMatchObject([{ runId: "ending", status }]);
    expect((await list(memory, index)).runs).toMatchObject([{ runId: "ending", status: "completed" }]);
  });

  it("forgets the runs that are gone", async () => {
    const index = memoryRunIndex();
    const [both, one] = [memoryJournalStore(), memoryJournalStore()];
    for (const runId of ["kept", "gone"]) await endedRun(both, runId);
    await endedRun(one, "kept");
    await list(both, index);
    expect((await list(one, index)).runs.map((run) => run.runId)).toEqual(["kept"]);
    expect((await index.all()).map(({ entry }) => entry.runId)).toEqual(["kept"]);
  });

  it.each(["all", "put", "remove"] as const)("gives the whole list when its index fails to %s, and says so", async (method) => {
    const [journals, other] = [memoryJournalStore(), memoryJournalStore()];
    for (const runId of ["one", "two"]) await endedRun(journals, runId);
    await endedRun(other, "other");
    const index = memoryRunIndex();
    await list(other, index);
    const failure = new Error("EIO");
    const failing: RunIndex = { ...index, [method]: () => Promise.reject(failure) };
    const { runs, indexError } = await list(journals, failing);
    expect(runs).toEqual((await list(journals)).runs);
    expect(indexError).toBe(failure);
    expect(await list(journals, index)).not.toHaveProperty("indexError");
  });

  it("stops when it is told to, which is no failure of the index", async () => {
    const journals = memoryJournalStore();
    await endedRun(journals, "one");
    const controller = new AbortController();
    const index: RunIndex = {
      ...memoryRunIndex(),
      async all({ signal } = {}) {
        controller.abort();
        signal?.throwIfAborted();
        return [];
      },
    };
    await expect(listRuns(journals, { runRoot: "/runs", index, signal: controller.signal })).rejects.toMatchObject({ name: "AbortError" });
  });

  it("tells of a run whose owner cannot be known what it tells without an index", async () => {
    const memory = memoryJournalStore();
    const index = memoryRunIndex();
    await using _journal = await startRun(memory, "open");
    await list(memory, index);
    const failing: JournalStore = { ...memory, owner: () => Promise.reject(new Error("EACCES")) };
    expect(comparable(await list(failing, index))).toEqual(comparable(await list(failing)));
  });
});

const base = await mkdtemp(join(tmpdir(), "dad runs "));
afterAll(() => rm(base, { recursive: true, force: true }));
let stores = 0;

/** A store, the runs in it, and indexes of it, to all of which anything may happen. What cannot happen at the moment does not. */
function changingStore() {
  const runRoot = join(base, String(++stores));
  const file = join(runRoot, ".dad", "index.sqlite");
  const journals = diskJournalStore({ root: runRoot, durability: "relaxed" });
  const runs = new Map<RunId, Journal | undefined>();
  const indexes = { memory: memoryRunIndex(), sqlite: sqliteRunIndex({ file }) };
  const leave = async (runId: RunId) => {
    await runs.get(runId)?.[Symbol.asyncDispose]();
    if (runs.has(runId)) runs.set(runId, undefined);
  };
  const changes = {
    async start(runId: RunId) {
      if (!runs.has(runId)) runs.set(runId, await startRun(journals, runId));
    },
    async startWithNothing(runId: RunId) {
      if (!runs.has(runId)) runs.set(runId, await journals.create(runId));
    },
    append: async (runId: RunId) => runs.get(runId)?.append({ type: "custom.emitted", name: "more", data: 1 }),
    async end(runId: RunId) {
      await runs.get(runId)?.append({ type: "run.completed", usage: NO_USAGE });
      await leave(runId);
    },
    leave,
    async resume(runId: RunId) {
      const journal = runs.has(runId) && !runs.get(runId) ? await journals.open(runId).catch(() => undefined) : undefined;
      if (journal) runs.set(runId, journal);
    },
    async remove(runId: RunId) {
      await leave(runId);
      runs.delete(runId);
      await rm(join(runRoot, runId), { recursive: true, force: true });
    },
    async damage(runId: RunId) {
      await leave(runId);
      if (runs.has(runId)) await appendFile(join(runRoot, runId, "journal.jsonl"), "no entry\n".repeat(2));
    },
    deleteIndex: () => rm(file, { force: true }),
    overwriteIndex: () => writeFile(file, "no database").catch(missing),
    cutIndex: () => truncate(file, 4096 + 512).catch(missing),
    emptyIndex: () => truncate(file).catch(missing),
  };
  return { journals, runs, indexes, changes, close: () => Promise.all(Array.from(runs.keys(), leave)) };
}

function missing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}

describe("listRuns", () => {
  it(
    "gives the same with an index as without one, whatever happened to the runs and to the index since it was made",
    { timeout: 60_000 },
    async () => {
      const step = fc.record({
        change: fc.constantFrom(...(Object.keys(changingStore().changes) as (keyof ReturnType<typeof changingStore>["changes"])[])),
        runId: fc.constantFrom("a", "b", "c").map((id) => RunId.parse(id)),
        listed: fc.subarray(["memory", "sqlite"] as const),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
          const { journals, indexes, changes, close } = changingStore();
          for (const { change, runId, listed } of [...steps, { change: "leave", runId: RunId.parse("a"), listed: ["memory", "sqlite"] } as const]) {
            await changes[change](runId);
            const expected = comparable(await list(journals));
            for (const kind of listed) expect(comparable(await list(journals, indexes[kind]))).toEqual(expected);
          }
          await close();
        }),
        { numRuns: 150 },
      );
    },
  );
});
