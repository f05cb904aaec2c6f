import { expect, it } from "vitest";
import { type RecordedEvent, RunId } from "@dad/protocol";
import type { JournalStore } from "../journal-store.ts";
import { all, numbered, recorded, RUN, runIdsOf, upTo } from "./drafts.ts";
import type { JournalFixture } from "./subject.ts";

const ORIGIN = RunId.parse("origin");
const NEXT = RunId.parse("next");
const UNKNOWN = { code: "RUN_UNKNOWN" };

/** A run in which so much happened, and in which nobody works any more. */
async function runOf(store: JournalStore, runId: RunId, entries: number): Promise<RecordedEvent[]> {
  await using journal = await store.create(runId);
  return await Promise.all(upTo(entries).map((number) => journal.append(numbered(number))));
}

/** What retaining promises of an origin that is there. */
export function retainTests(fixture: JournalFixture): void {
  const { store } = fixture;

  it.each([undefined, 1, 3, 9])("lets what is recorded of a run be read through another one, from sequence number %j on", async (from) => {
    const events = await runOf(store(), ORIGIN, 5);
    await runOf(store(), RUN, 1);
    await store().retain(RUN, ORIGIN);
    expect(await recorded(store(), ORIGIN, { through: RUN, ...(from === undefined ? {} : { from }) })).toEqual(events.slice((from ?? 1) - 1));
  });

  it("reads the journal of a run itself through one that retains nothing of it, or is not there", async () => {
    const events = await runOf(store(), ORIGIN, 2);
    expect(await recorded(store(), ORIGIN, { through: RUN })).toEqual(events);
    await runOf(store(), RUN, 1);
    expect(await recorded(store(), ORIGIN, { through: RUN })).toEqual(events);
  });

  it("says that a run is unknown that is neither there nor retained", async () => {
    await expect(recorded(store(), ORIGIN, { through: RUN })).rejects.toMatchObject({ ...UNKNOWN, details: { runId: ORIGIN } });
    await runOf(store(), RUN, 1);
    await runOf(store(), NEXT, 1);
    await expect(recorded(store(), ORIGIN, { through: RUN })).rejects.toMatchObject({ ...UNKNOWN, details: { runId: ORIGIN } });
    await expect(store().retain(RUN, ORIGIN)).rejects.toMatchObject({ ...UNKNOWN, details: { runId: ORIGIN } });
    await expect(store().retain(RUN, ORIGIN, { via: NEXT })).rejects.toMatchObject({ ...UNKNOWN, details: { runId: ORIGIN } });
  });

  it("says that there is no run that could retain anything, and makes none", async () => {
    await runOf(store(), ORIGIN, 1);
    await expect(store().retain(RUN, ORIGIN)).rejects.toMatchObject({ ...UNKNOWN, details: { runId: RUN } });
    expect(await runIdsOf(store())).toEqual([ORIGIN]);
  });

  it("changes nothing of either run, also while they are written to", async () => {
    await using origin = await store().create(ORIGIN);
    await using journal = await store().create(RUN);
    await origin.append(numbered(1));
    await journal.append(numbered(1));
    const listed = async () => (await all(store().list())).toSorted((left, right) => (left.runId < right.runId ? -1 : 1));
    const [before, owner] = [await listed(), await store().owner(RUN)];
    await store().retain(RUN, ORIGIN);
    expect([await listed(), await store().owner(RUN)]).toEqual([before, owner]);
    expect(before.map(({ runId }) => runId)).toEqual([ORIGIN, RUN]);
    await expect(store().create(ORIGIN)).rejects.toMatchObject({ code: "RUN_EXISTS" });
    expect([await origin.append(numbered(2)), await journal.append(numbered(2))]).toMatchObject([{ seq: 2 }, { seq: 2 }]);
    expect((await recorded(store())).map(({ runId }) => runId)).toEqual([RUN, RUN]);
  });

  it("keeps what was there when it was asked, whatever is appended later and by whom", async () => {
    await using first = await store().create(ORIGIN);
    await runOf(store(), RUN, 1);
    const events = [await first.append(numbered(1)), await first.append(numbered(2))];
    await store().retain(RUN, ORIGIN);
    const seen = async () => (await recorded(store(), ORIGIN, { through: RUN })).slice(0, 2);
    await first.append(numbered(3));
    expect(await seen()).toEqual(events);
    await using second = await store().open(ORIGIN, { takeOver: true });
    await second.append(numbered(4));
    await expect(first.append(numbered(5))).rejects.toMatchObject({ code: "RUN_TAKEN_OVER" });
    expect(await seen()).toEqual(events);
    expect((await recorded(store(), ORIGIN)).map(({ seq, epoch }) => [seq, epoch])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 2],
    ]);
  });

  it("may be asked again, and by several at once", async () => {
    const events = await runOf(store(), ORIGIN, 2);
    await runOf(store(), RUN, 1);
    await Promise.all(upTo(5).map(() => store().retain(RUN, ORIGIN)));
    await store().retain(RUN, ORIGIN, { via: RUN });
    expect(await recorded(store(), ORIGIN, { through: RUN })).toEqual(events);
  });

  it("stops when the signal is aborted", async () => {
    await runOf(store(), ORIGIN, 2);
    await runOf(store(), RUN, 1);
    const signal = AbortSignal.abort();
    await expect(store().retain(RUN, ORIGIN, { signal })).rejects.toMatchObject({ name: "AbortError" });
    await expect(recorded(store(), ORIGIN, { through: RUN, signal })).rejects.toMatchObject({ name: "AbortError" });
  });

  it("does not let what is retained be followed", async () => {
    await runOf(store(), ORIGIN, 1);
    await runOf(store(), RUN, 1);
    await store().retain(RUN, ORIGIN);
    await expect(recorded(store(), ORIGIN, { through: RUN, follow: true })).rejects.toBeInstanceOf(TypeError);
  });

  originsThatAreGone(fixture);
}

/** What it promises where runs can go. */
function originsThatAreGone({ store, subject }: JournalFixture): void {
  const isDurable = () => store().capabilities.durability !== "memory";

  it("keeps a run readable that is gone, for the next handle too, if it claims to be durable", async () => {
    if (!isDurable()) return;
    const events = await runOf(store(), ORIGIN, 5);
    await runOf(store(), RUN, 1);
    await runOf(store(), NEXT, 1);
    await store().retain(RUN, ORIGIN);
    await subject.remove!(ORIGIN);
    for (const handle of [store(), await subject.reopen!()]) {
      expect(await recorded(handle, ORIGIN, { through: RUN })).toEqual(events);
      for (const options of [{}, { through: NEXT }]) await expect(recorded(handle, ORIGIN, options)).rejects.toMatchObject(UNKNOWN);
      await expect(handle.open(ORIGIN)).rejects.toMatchObject(UNKNOWN);
      expect((await runIdsOf(handle)).sort()).toEqual([NEXT, RUN]);
    }
    await store().retain(RUN, ORIGIN);
    await subject.remove!(RUN);
    await expect(recorded(store(), ORIGIN, { through: RUN })).rejects.toMatchObject(UNKNOWN);
  });

  it("takes a run that is gone from one that retains it, if it claims to be durable", async () => {
    if (!isDurable()) return;
    const events = await runOf(store(), ORIGIN, 5);
    for (const runId of [RUN, NEXT]) await runOf(store(), runId, 1);
    await store().retain(RUN, ORIGIN);
    await subject.remove!(ORIGIN);
    await expect(store().retain(NEXT, ORIGIN)).rejects.toMatchObject(UNKNOWN);
    await store().retain(NEXT, ORIGIN, { via: RUN });
    await subject.remove!(RUN);
    expect(await recorded(store(), ORIGIN, { through: NEXT })).toEqual(events);
    expect(await runIdsOf(store())).toEqual([NEXT]);
  });

  it("has retained nothing when it was aborted, if it claims to be durable", async () => {
    if (!isDurable()) return;
    await runOf(store(), ORIGIN, 2);
    await runOf(store(), RUN, 1);
    await expect(store().retain(RUN, ORIGIN, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
    await subject.remove!(ORIGIN);
    await expect(recorded(store(), ORIGIN, { through: RUN })).rejects.toMatchObject(UNKNOWN);
  });

  it("reads what it retains of a run, and not another run of its id, if it claims to be durable", async () => {
    if (!isDurable()) return;
    const events = await runOf(store(), ORIGIN, 3);
    await runOf(store(), RUN, 1);
    await store().retain(RUN, ORIGIN);
    await subject.remove!(ORIGIN);
    const others = await runOf(store(), ORIGIN, 1);
    await store().retain(RUN, ORIGIN);
    expect(await recorded(store(), ORIGIN, { through: RUN })).toEqual(events);
    expect(await recorded(store(), ORIGIN)).toEqual(others);
  });
}
