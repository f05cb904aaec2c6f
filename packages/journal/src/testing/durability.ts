import { expect, it } from "vitest";
import { numbered, recorded, RUN, upTo, runIdsOf } from "./drafts.ts";
import type { JournalFixture } from "./subject.ts";

/** What the claimed capabilities promise. */
export function durabilityTests({ store, subject }: JournalFixture): void {
  it("keeps its runs for the next handle if it claims to be durable", async () => {
    if (store().capabilities.durability === "memory") return;
    const journal = await store().create(RUN);
    const appended = await Promise.all(upTo(10).map((number) => journal.append(numbered(number))));
    await journal[Symbol.asyncDispose]();
    const next = await subject.reopen!();
    expect(await runIdsOf(next)).toEqual([RUN]);
    expect(await recorded(next)).toEqual(appended);
    await expect(next.create(RUN)).rejects.toMatchObject({ code: "RUN_EXISTS" });
    await using opened = await next.open(RUN);
    expect(await opened.append(numbered(11))).toMatchObject({ seq: 11, epoch: 2, prev: appended.at(-1)?.hash });
  });

  it("lets other handles see what is written, and by whom, if it claims to be shared", async () => {
    if (!store().capabilities.shared) return;
    const other = await subject.reopen!();
    await using journal = await store().create(RUN);
    await expect(other.create(RUN)).rejects.toMatchObject({ code: "RUN_EXISTS" });
    await expect(other.open(RUN)).rejects.toMatchObject({ code: "RUN_LOCKED" });
    expect(await other.owner(RUN)).toEqual(await store().owner(RUN));
    for (const number of upTo(3)) {
      const appended = await journal.append(numbered(number));
      expect(await recorded(other, RUN, { from: number })).toEqual([appended]);
    }
  });

  it.each([1, 2, 9])("names the damage of entry %i of 10 if it claims to be durable", async (seq) => {
    if (store().capabilities.durability === "memory") return;
    await using journal = await store().create(RUN);
    for (const number of upTo(10)) await journal.append(numbered(number));
    await journal[Symbol.asyncDispose]();
    await subject.damage!(RUN, seq);
    const damaged = { code: "JOURNAL_DAMAGED", details: { runId: RUN, line: seq, reason: expect.any(String) } };
    await expect(recorded(store())).rejects.toMatchObject(damaged);
    await expect(store().open(RUN)).rejects.toMatchObject(damaged);
    expect(await store().owner(RUN)).toBeUndefined();
  });
}
