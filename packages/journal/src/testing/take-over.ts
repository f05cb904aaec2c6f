import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { numbered, recorded, RUN, upTo } from "./drafts.ts";
import type { JournalFixture } from "./subject.ts";

/** What taking a run from an owner that lives promises. */
export function takeOverTests({ store }: JournalFixture): void {
  it("lets nobody else go on, and loses nothing that was acknowledged", async () => {
    await using old = await store().create(RUN);
    for (const number of upTo(3)) await old.append(numbered(number));
    await expect(store().open(RUN)).rejects.toMatchObject({ code: "RUN_LOCKED" });
    await using taker = await store().open(RUN, { takeOver: true });
    expect(taker.epoch).toBe(2);
    await taker.assertOwned();
    await expect(old.assertOwned()).rejects.toMatchObject({ code: "RUN_TAKEN_OVER" });
    await expect(old.append(numbered(4))).rejects.toMatchObject({ code: "RUN_TAKEN_OVER", details: { runId: RUN, owner: { epoch: 2 } } });
    await expect(old.append(numbered(5))).rejects.toMatchObject({ code: "JOURNAL_CLOSED", cause: { code: "RUN_TAKEN_OVER" } });
    expect(await taker.append(numbered(6))).toMatchObject({ seq: 4, epoch: 2 });
    expect((await recorded(store())).map(({ seq, epoch }) => [seq, epoch])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 2],
    ]);
  });

  it("leaves the run to its new owner when the old one is disposed", async () => {
    const old = await store().create(RUN);
    await using taker = await store().open(RUN, { takeOver: true });
    await old[Symbol.asyncDispose]();
    expect(await store().owner(RUN)).toMatchObject({ epoch: taker.epoch });
    await expect(store().open(RUN)).rejects.toMatchObject({ code: "RUN_LOCKED" });
    expect(await taker.append(numbered(1))).toMatchObject({ seq: 1 });
  });

  it("is an ordinary opening where nobody works on the run", async () => {
    await (await store().create(RUN))[Symbol.asyncDispose]();
    await using journal = await store().open(RUN, { takeOver: true });
    expect(await journal.append(numbered(1))).toMatchObject({ seq: 1 });
  });

  it("acknowledges each entry to one writer only, whatever the moment", async () => {
    const old = await store().create(RUN);
    const acknowledged: string[] = [];
    const write = async () => {
      for (;;) {
        acknowledged.push((await old.append(numbered(acknowledged.length))).hash);
        await setImmediate();
      }
    };
    const writing = write().catch((error: unknown) => error);
    while (acknowledged.length < 5) await setImmediate();
    await using taker = await store().open(RUN, { takeOver: true });
    await taker.append(numbered(0));
    expect(await writing).toMatchObject({ code: "RUN_TAKEN_OVER" });
    const hashes = (await recorded(store())).map(({ hash }) => hash);
    expect(hashes).toEqual(expect.arrayContaining(acknowledged));
    await old[Symbol.asyncDispose]();
  });
}
