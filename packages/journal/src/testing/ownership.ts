import { expect, it } from "vitest";
import { codesOf, numbered, recorded, RUN, upTo, runIdsOf } from "./drafts.ts";
import type { RecordedEvent } from "@dad/protocol";
import type { JournalFixture } from "./subject.ts";

/** Who may write. */
export function ownershipTests({ store }: JournalFixture): void {
  it("refuses to create a run twice, also after it was closed", async () => {
    const exists = { code: "RUN_EXISTS", details: { runId: RUN } };
    {
      await using journal = await store().create(RUN);
      await expect(store().create(RUN)).rejects.toMatchObject(exists);
      await journal.append(numbered(1));
    }
    await expect(store().create(RUN)).rejects.toMatchObject(exists);
    expect(await recorded(store())).toHaveLength(1);
  });

  it("lets one of 20 who claim a run id at once have it", async () => {
    const claims = await Promise.allSettled(upTo(20).map(() => store().create(RUN)));
    const [winner, ...others] = claims.filter((claim) => claim.status === "fulfilled").map(({ value }) => value);
    expect(others).toEqual([]);
    expect(codesOf(claims)).toEqual(upTo(19).map(() => "RUN_EXISTS"));
    expect(await winner?.append(numbered(1))).toMatchObject({ seq: 1 });
    await winner?.[Symbol.asyncDispose]();
    expect(await runIdsOf(store())).toEqual([RUN]);
  });

  it("goes on after the last entry, in a new epoch", async () => {
    for (const round of upTo(3)) {
      await using journal = round === 1 ? await store().create(RUN) : await store().open(RUN);
      expect(journal).toMatchObject({ runId: RUN, epoch: round });
      for (const number of upTo(2)) await journal.append(numbered(number));
    }
    expect((await recorded(store())).map(({ seq, epoch }) => [seq, epoch])).toEqual([
      [1, 1],
      [2, 1],
      [3, 2],
      [4, 2],
      [5, 3],
      [6, 3],
    ]);
  });

  it("tells whoever opens a run all that is recorded", async () => {
    {
      await using journal = await store().create(RUN);
      for (const number of upTo(5)) await journal.append(numbered(number));
    }
    const events: RecordedEvent[] = [];
    await using _journal = await store().open(RUN, { replay: (event) => events.push(event) });
    expect(events).toEqual(await recorded(store()));
    expect(events).toHaveLength(5);
  });

  it("opens a run in which nothing happened yet", async () => {
    await (await store().create(RUN))[Symbol.asyncDispose]();
    await using journal = await store().open(RUN);
    expect(await journal.append(numbered(1))).toMatchObject({ seq: 1 });
  });

  it("names the owner of a run while there is one, and lets nobody else open it", async () => {
    const locked = { code: "RUN_LOCKED", retryable: true, details: { runId: RUN, owner: { pid: process.pid } } };
    const journal = await store().create(RUN);
    const owner = await store().owner(RUN);
    expect(owner).toMatchObject({ pid: process.pid, host: expect.any(String) });
    expect(Date.parse(owner!.since)).toBeLessThanOrEqual(Date.now());
    await expect(store().open(RUN)).rejects.toMatchObject(locked);
    expect(await journal.append(numbered(1))).toMatchObject({ seq: 1 });
    await journal[Symbol.asyncDispose]();
    expect(await store().owner(RUN)).toBeUndefined();
    {
      await using _opened = await store().open(RUN);
      expect(await store().owner(RUN)).toMatchObject({ pid: process.pid });
      await expect(store().open(RUN)).rejects.toMatchObject(locked);
    }
    expect(await store().owner(RUN)).toBeUndefined();
  });

  it("lets one of 20 who open a run at once have it", async () => {
    await (await store().create(RUN))[Symbol.asyncDispose]();
    const claims = await Promise.allSettled(upTo(20).map(() => store().open(RUN)));
    const winners = claims.filter((claim) => claim.status === "fulfilled").map(({ value }) => value);
    expect(winners).toHaveLength(1);
    expect(codesOf(claims)).toEqual(upTo(19).map(() => "RUN_LOCKED"));
    await winners[0]?.[Symbol.asyncDispose]();
  });

  it("claims nothing when the signal is aborted", async () => {
    const signal = AbortSignal.abort();
    await expect(store().create(RUN, { signal })).rejects.toMatchObject({ name: "AbortError" });
    expect(await runIdsOf(store())).toEqual([]);
    await (await store().create(RUN))[Symbol.asyncDispose]();
    await expect(store().open(RUN, { signal })).rejects.toMatchObject({ name: "AbortError" });
    await expect(store().owner(RUN, { signal })).rejects.toMatchObject({ name: "AbortError" });
    expect(await store().owner(RUN)).toBeUndefined();
    await using journal = await store().open(RUN);
    expect(journal.epoch).toBe(1);
  });

  it.each(["create", "open"] as const)("has a journal or nothing when the signal is aborted in the middle of %s", async (how) => {
    if (how === "open") await (await store().create(RUN))[Symbol.asyncDispose]();
    const controller = new AbortController();
    const claiming = store()[how](RUN, { signal: controller.signal });
    controller.abort();
    const [claim] = await Promise.allSettled([claiming]);
    expect(["a journal", "AbortError"]).toContain(claim.status === "fulfilled" ? "a journal" : (claim.reason as Error).name);
    await using journal = claim.status === "fulfilled" ? claim.value : await store()[how](RUN);
    expect(await journal.append(numbered(1))).toMatchObject({ seq: 1, epoch: 1 });
  });
}
