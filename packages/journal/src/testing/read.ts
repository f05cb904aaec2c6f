import { expect, it } from "vitest";
import { RunId } from "@dad/protocol";
import { all, numbered, recorded, RUN, upTo, runIdsOf } from "./drafts.ts";
import type { JournalFixture } from "./subject.ts";

const HOSTILE = [
  "",
  ".",
  "..",
  "../outside",
  "a/b",
  "/etc",
  "A",
  "-rf",
  ".dad",
  "outcome",
  "static_inputs",
  "con",
  "a..b",
  "a\0b",
  "a\n",
  "x".repeat(129),
];

/** What reading promises. */
export function readTests({ store }: JournalFixture): void {
  it("reads nothing from a run in which nothing happened yet, and lists it", async () => {
    await using _journal = await store().create(RUN);
    expect(await recorded(store())).toEqual([]);
    expect(await runIdsOf(store())).toEqual([RUN]);
  });

  it("says that a run is unknown", async () => {
    const unknown = { code: "RUN_UNKNOWN", details: { runId: RUN } };
    await expect(recorded(store())).rejects.toMatchObject(unknown);
    await expect(store().open(RUN)).rejects.toMatchObject(unknown);
    expect(await store().owner(RUN)).toBeUndefined();
    expect(await runIdsOf(store())).toEqual([]);
  });

  it.each([1, 2, 7, 10, 11, 1000])("reads from sequence number %i on", async (from) => {
    await using journal = await store().create(RUN);
    const appended = await Promise.all(upTo(10).map((number) => journal.append(numbered(number))));
    expect(await recorded(store(), RUN, { from })).toEqual(appended.slice(from - 1));
  });

  it("sees a prefix, and all that was acknowledged, while the run goes on", async () => {
    await using journal = await store().create(RUN);
    const progress = { acknowledged: 0 };
    const writer = async () => {
      for (const number of upTo(60)) progress.acknowledged = (await journal.append(numbered(number))).seq;
    };
    const reader = async () => {
      while (progress.acknowledged < 60) {
        const before = progress.acknowledged;
        const seen = (await recorded(store())).map(({ seq }) => seq);
        expect(seen).toEqual(upTo(seen.length));
        expect(seen.length).toBeGreaterThanOrEqual(before);
      }
    };
    await Promise.all([writer(), reader(), reader()]);
    expect(await recorded(store())).toHaveLength(60);
  });

  it("keeps runs apart, and lists each once", async () => {
    const runIds = ["a", "b", "b.c", "z_run-1"].map((id) => RunId.parse(id));
    for (const [index, runId] of runIds.entries()) {
      await using journal = await store().create(runId);
      for (const number of upTo(index)) await journal.append(numbered(number));
    }
    expect((await runIdsOf(store())).sort()).toEqual(runIds);
    for (const [index, runId] of runIds.entries()) {
      expect((await recorded(store(), runId)).map((event) => [event.runId, event.seq])).toEqual(upTo(index).map((seq) => [runId, seq]));
    }
  });

  it("gives a journal another version whenever it changes, and no other time", async () => {
    const version = async () => (await all(store().list())).map((run) => run.version).join();
    await using journal = await store().create(RUN);
    const versions = [await version()];
    for (const number of upTo(3)) {
      await journal.append(numbered(number));
      versions.push(await version());
      expect(await version()).toBe(versions.at(-1));
    }
    expect(new Set(versions).size).toBe(4);
  });

  it("lets a reader stop early", async () => {
    await using journal = await store().create(RUN);
    for (const number of upTo(3)) await journal.append(numbered(number));
    for await (const event of store().read(RUN)) {
      expect(event.seq).toBe(1);
      break;
    }
    expect(await journal.append(numbered(4))).toMatchObject({ seq: 4 });
  });

  it("stops when the signal is aborted", async () => {
    await using journal = await store().create(RUN);
    await journal.append(numbered(1));
    await journal.append(numbered(2));
    await expect(recorded(store(), RUN, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
    const controller = new AbortController();
    const read = async () => {
      for await (const _event of store().read(RUN, { signal: controller.signal })) controller.abort();
    };
    await expect(read()).rejects.toMatchObject({ name: "AbortError" });
  });

  it("stops listing when the signal is aborted", async () => {
    for (const runId of ["a", "b"]) await (await store().create(RunId.parse(runId)))[Symbol.asyncDispose]();
    await expect(all(store().list({ signal: AbortSignal.abort() }))).rejects.toMatchObject({ name: "AbortError" });
    const controller = new AbortController();
    const listed: RunId[] = [];
    const list = async () => {
      for await (const { runId } of store().list({ signal: controller.signal })) {
        listed.push(runId);
        controller.abort();
      }
    };
    await expect(list()).rejects.toMatchObject({ name: "AbortError" });
    expect(listed).toHaveLength(1);
  });

  it.each(HOSTILE)("refuses %j as a run id", async (text) => {
    const runId = text as RunId;
    await expect(store().create(runId)).rejects.toBeInstanceOf(TypeError);
    await expect(store().open(runId)).rejects.toBeInstanceOf(TypeError);
    await expect(store().owner(runId)).rejects.toBeInstanceOf(TypeError);
    await expect(recorded(store(), runId)).rejects.toBeInstanceOf(TypeError);
    await expect(recorded(store(), RUN, { through: runId })).rejects.toBeInstanceOf(TypeError);
    await expect(store().retain(runId, RUN)).rejects.toBeInstanceOf(TypeError);
    await expect(store().retain(RUN, runId)).rejects.toBeInstanceOf(TypeError);
    await expect(store().retain(RUN, RUN, { via: runId })).rejects.toBeInstanceOf(TypeError);
    expect(await runIdsOf(store())).toEqual([]);
  });
}
